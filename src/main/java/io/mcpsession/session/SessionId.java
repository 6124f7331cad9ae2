package io.mcpsession.session;

import java.util.HexFormat;
import java.util.Optional;

/**
 * A session id of the exact shape this server mints: {@code mcp-<created ms>-<random><tag>}, the last two in base64url.
 * Where sessions are shared with the original system it may be one of that system's as well, which has no tag. Nothing
 * of another shape ever reaches Redis or a log.
 *
 * @param value the id as clients send it; visible ASCII only (MCP 2025-11-25, Transports, Session Management)
 */
public record SessionId(String value) {

    static final String PREFIX = "mcp-";
    static final int RANDOM_LENGTH = 24;
    static final int TAG_LENGTH = 16;

    private static final int TIME_LENGTH = 13;
    private static final int TIME_END = PREFIX.length() + TIME_LENGTH;
    private static final int LENGTH = TIME_END + 1 + RANDOM_LENGTH + TAG_LENGTH;
    private static final int SHORTEST = TIME_END + 1 + 6;
    private static final int LONGEST = TIME_END + 1 + 64;
    private static final boolean[] BASE64URL = base64Url();

    public SessionId {
        if (!isOne(value)) {
            throw new IllegalArgumentException("not a session id");
        }
    }

    /** The id of this server's own shape in {@code text}, or empty when the text has any other shape. */
    public static Optional<SessionId> parse(String text) {
        return text.length() == LENGTH ? parseAny(text) : Optional.empty();
    }

    /** The same for ids of the original system too: 6 to 64 characters follow the time. */
    public static Optional<SessionId> parseAny(String text) {
        return isOne(text) ? Optional.of(new SessionId(text)) : Optional.empty();
    }

    // By hand, since each request is looked at so: a regular expression took ten times as long.
    private static boolean isOne(String text) {
        if (text.length() < SHORTEST || text.length() > LONGEST || !text.startsWith(PREFIX)
                || text.charAt(TIME_END) != '-') {
            return false;
        }
        for (int i = PREFIX.length(); i < TIME_END; i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        for (int i = TIME_END + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= BASE64URL.length || !BASE64URL[c]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean[] base64Url() {
        boolean[] allowed = new boolean['z' + 1];
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars().forEach(c -> allowed[c] = true);
        return allowed;
    }

    /** Whether it is of the original system's shape: it proves nothing, and its session says whose it is. */
    boolean isOriginal() {
        return value.length() != LENGTH;
    }

    /** When the id was minted, in milliseconds since the epoch. */
    public long createdMillis() {
        return Long.parseLong(value, PREFIX.length(), TIME_END, 10);
    }

    /**
     * The character that places the session: of an id minted here it is drawn from the owner, so all sessions of one
     * user live in one partition and one script can keep them and what surrounds them consistent.
     */
    public char bucket() {
        return value.charAt(TIME_END + 1);
    }

    /** The part the tag signs. */
    String signed() {
        return value.substring(0, value.length() - TAG_LENGTH);
    }

    String tag() {
        return value.substring(value.length() - TAG_LENGTH);
    }

    /** Short hash for logs and audit: 12 hexadecimal digits. */
    public String hash() {
        return hash(value);
    }

    /** The same short hash for a text that may be no session id at all. */
    public static String hash(String text) {
        return HexFormat.of().formatHex(Sha256.of(text), 0, 6);
    }

    /** Never the id itself: it ends up in logs. */
    @Override
    public String toString() {
        return "session#" + hash();
    }
}
