package io.mcpsession.session;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

import static java.nio.charset.StandardCharsets.UTF_8;

/** SHA-256, for names that stand for longer ones. */
public final class Sha256 {

    private static final int NAME_BYTES = 16;
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
    // MessageDigest.getInstance walks the provider list on every call, which takes longer than the digest itself.
    private static final MessageDigest PROTOTYPE = prototype();

    private Sha256() {
    }

    private static MessageDigest prototype() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A digest to be fed piece by piece. */
    public static MessageDigest begun() {
        try {
            return (MessageDigest) PROTOTYPE.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's own SHA-256 can be cloned", e);
        }
    }

    static byte[] of(byte[] data) {
        return begun().digest(data);
    }

    /** Of the text in UTF-8. */
    public static byte[] of(String text) {
        return of(text.getBytes(UTF_8));
    }

    /** 128 bits of the digest as 22 characters of base64url. */
    static String name(byte[] data) {
        return BASE64URL.encodeToString(Arrays.copyOf(of(data), NAME_BYTES));
    }
}
