package io.mcpsession.session;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One HMAC-SHA-256 key. Thread-safe. */
public final class SigningKey {

    /** Shortest key accepted, in bytes: the strength of the tag must not rest on less than 128 bits. */
    public static final int MIN_BYTES = 16;

    private final byte[] secret;
    // Mac.getInstance walks the provider list on every call; a clone of one initialised Mac does not.
    private final Mac prototype;

    public SigningKey(byte[] secret) {
        if (secret.length < MIN_BYTES) {
            throw new IllegalArgumentException("a signing key takes at least " + MIN_BYTES + " bytes, was "
                    + secret.length);
        }
        this.secret = secret.clone();
        try {
            prototype = Mac.getInstance("HmacSHA256");
            prototype.init(new SecretKeySpec(secret, "HmacSHA256"));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    Mac mac() {
        try {
            return (Mac) prototype.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's own HmacSHA256 can be cloned", e);
        }
    }

    /** HMAC-SHA-256 of {@code data}. Whoever signs begins the data with what it is for. */
    public byte[] sign(byte[] data) {
        return mac().doFinal(data);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SigningKey that && Arrays.equals(secret, that.secret);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(secret);
    }

    @Override
    public String toString() {
        return "SigningKey[secret]";
    }
}
