package io.mcpsession.session;

import java.nio.ByteBuffer;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The verified caller. A subject is unique only within its issuer, so neither stands for a user alone.
 *
 * <p>No record, because it remembers its fingerprint, which is asked for several times in each request.
 */
public final class Principal {

    /** Longest issuer or subject accepted, in UTF-16 units. */
    public static final int MAX_LENGTH = 8192;

    private final String issuer;
    private final String subject;
    private final byte[] encoded;
    // Set without a lock: whoever comes too early computes the same once more.
    private String fingerprint;

    /**
     * @param issuer  who vouches for the subject; empty for API tokens, which this server vouches for itself
     * @param subject the user as the issuer names it; never empty
     */
    public Principal(String issuer, String subject) {
        if (subject.isEmpty()) {
            throw new IllegalArgumentException("principal.subject must not be empty");
        }
        if (issuer.length() > MAX_LENGTH || subject.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("principal.issuer and principal.subject take at most " + MAX_LENGTH
                    + " characters each");
        }
        if (holdsHalfACharacter(issuer) || holdsHalfACharacter(subject)) {
            throw new IllegalArgumentException("principal.issuer and principal.subject must be Unicode text");
        }
        this.issuer = issuer;
        this.subject = subject;
        this.encoded = encode(issuer.getBytes(UTF_8), subject.getBytes(UTF_8));
    }

    /** UTF-8 writes every unpaired surrogate as the same question mark, so two principals could pass for one. */
    private static boolean holdsHalfACharacter(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c) || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** The user of an API token. */
    public static Principal ofSubject(String subject) {
        return new Principal("", subject);
    }

    /** Who vouches for the subject; empty for API tokens. */
    public String issuer() {
        return issuer;
    }

    /** The user as the issuer names it; never empty. */
    public String subject() {
        return subject;
    }

    /**
     * Both parts, each behind its length, so that no two principals share an encoding whatever characters they hold.
     * Not to be written to.
     */
    byte[] encoded() {
        return encoded;
    }

    private static byte[] encode(byte[] iss, byte[] sub) {
        return ByteBuffer.allocate(8 + iss.length + sub.length)
                .putInt(iss.length).put(iss)
                .putInt(sub.length).put(sub)
                .array();
    }

    /**
     * A stable name for keys: 128 bits of SHA-256 as 22 characters of base64url. Says nothing of the user that a
     * reader does not already know.
     */
    public String fingerprint() {
        String known = fingerprint;
        if (known == null) {
            known = Sha256.name(encoded());
            fingerprint = known;
        }
        return known;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof Principal it && subject.equals(it.subject) && issuer.equals(it.issuer);
    }

    @Override
    public int hashCode() {
        return 31 * issuer.hashCode() + subject.hashCode();
    }

    /** Short hash for logs; the issuer and the subject themselves are personal data and stay out of them. */
    @Override
    public String toString() {
        return "user#" + fingerprint().substring(0, 8);
    }
}
