package io.mcpsession.session;

import java.time.Duration;

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
        return new RequestId(name, Sha256.name(body));
    }

    /** A stable name for keys: 128 bits of SHA-256 as 22 characters of base64url. */
    public String fingerprint() {
        return Sha256.name(name.getBytes(UTF_8));
    }
}
