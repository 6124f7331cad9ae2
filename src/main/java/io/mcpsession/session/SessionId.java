package io.mcpsession.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

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
    private static final Pattern SHAPE = Pattern.compile(PREFIX + "\\d{" + TIME_LENGTH + "}-[A-Za-z0-9_-]{6,64}");

    public SessionId {
        if (!SHAPE.matcher(value).matches()) {
            throw new IllegalArgumentException("not a session id");
        }
    }

    /** The id of this server's own shape in {@code text}, or empty when the text has any other shape. */
    public static Optional<SessionId> parse(String text) {
        return text.length() == LENGTH ? parseAny(text) : Optional.empty();
    }

    /** The same for ids of the original system too: 6 to 64 characters follow the time. */
    public static Optional<SessionId> parseAny(String text) {
        return SHAPE.matcher(text).matches() ? Optional.of(new SessionId(text)) : Optional.empty();
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
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Never the id itself: it ends up in logs. */
    @Override
    public String toString() {
        return "session#" + hash();
    }
}
