package io.mcpsession.session;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * By what a repeated request to open a session is known, so that a retry opens no second one.
 *
 * @param name the caller's own name for the request, any text; known within the sessions of one user
 * @param body stands for everything else the request says
 */
public record RequestId(String name, String body) {

    /** How long a request is remembered. */
    public static final Duration REMEMBERED = Duration.ofMinutes(10);

    /** @param body everything else the request says */
    public static RequestId of(String name, byte[] body) {
        return new RequestId(name, digest(body));
    }

    /** A stable name for keys: 128 bits of SHA-256 as 22 characters of base64url. */
    public String fingerprint() {
        return digest(name.getBytes(UTF_8));
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, 16));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
