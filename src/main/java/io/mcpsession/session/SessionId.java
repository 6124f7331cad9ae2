package io.mcpsession.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A session id of the exact shape this server mints: {@code mcp-<created ms>-<random><tag>}, the last two in base64url.
 * Nothing of another shape ever reaches Redis or a log.
 *
 * @param value the id as clients send it; visible ASCII only (MCP 2025-11-25, Transports, Session Management)
 */
public record SessionId(String value) {

    static final String PREFIX = "mcp-";
    static final int RANDOM_LENGTH = 24;
    static final int TAG_LENGTH = 16;

    private static final int TIME_LENGTH = 13;
    private static final int TIME_END = PREFIX.length() + TIME_LENGTH;
    private static final Pattern SHAPE = Pattern.compile(
            PREFIX + "\\d{" + TIME_LENGTH + "}-[A-Za-z0-9_-]{" + (RANDOM_LENGTH + TAG_LENGTH) + "}");

    public SessionId {
        if (!hasShape(value)) {
            throw new IllegalArgumentException("not a session id");
        }
    }

    /** The id in {@code text}, or empty when the text has any other shape. */
    public static Optional<SessionId> parse(String text) {
        return hasShape(text) ? Optional.of(new SessionId(text)) : Optional.empty();
    }

    private static boolean hasShape(String text) {
        return text.length() == TIME_END + 1 + RANDOM_LENGTH + TAG_LENGTH && SHAPE.matcher(text).matches();
    }

    /** When the id was minted, in milliseconds since the epoch. */
    public long createdMillis() {
        return Long.parseLong(value, PREFIX.length(), TIME_END, 10);
    }

    /**
     * The character that places the session: it is drawn from the owner, so all sessions of one user live in one
     * partition and one script can keep them and what surrounds them consistent.
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
