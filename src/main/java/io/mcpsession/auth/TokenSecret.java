package io.mcpsession.auth;

import io.mcpsession.session.Sha256;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.zip.CRC32;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The secret of an API token: {@code mcps_}, 30 random characters of base 62 (178 bits) and a checksum of six. Secret
 * scanners know it by its prefix, and a mistyped one is refused without a look-up.
 */
public final class TokenSecret {

    public static final String PREFIX = "mcps_";

    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
    private static final int RANDOM_LENGTH = 30;
    private static final int CHECKSUM_LENGTH = 6;

    private TokenSecret() {
    }

    /** A fresh secret. It is shown once and never stored. */
    public static String mint(SecureRandom random) {
        StringBuilder secret = new StringBuilder(PREFIX);
        random.ints(RANDOM_LENGTH, 0, BASE62.length()).forEach(i -> secret.append(BASE62.charAt(i)));
        return secret.append(checksum(secret.toString())).toString();
    }

    /** Whether {@code secret} can be one that {@link #mint} made. */
    static boolean wellFormed(String secret) {
        if (secret.length() != PREFIX.length() + RANDOM_LENGTH + CHECKSUM_LENGTH || !secret.startsWith(PREFIX)) {
            return false;
        }
        int end = secret.length() - CHECKSUM_LENGTH;
        return secret.chars().skip(PREFIX.length()).allMatch(c -> BASE62.indexOf(c) >= 0)
                && checksum(secret.substring(0, end)).equals(secret.substring(end));
    }

    /** What a token is stored under: SHA-256 as base64url. */
    public static String digest(String secret) {
        return BASE64URL.encodeToString(Sha256.of(secret));
    }

    static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(UTF_8));
        long rest = crc.getValue();
        char[] digits = new char[CHECKSUM_LENGTH];
        for (int i = CHECKSUM_LENGTH - 1; i >= 0; i--) {
            digits[i] = BASE62.charAt((int) (rest % BASE62.length()));
            rest /= BASE62.length();
        }
        return new String(digits);
    }
}
