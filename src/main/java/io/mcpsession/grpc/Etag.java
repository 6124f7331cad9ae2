package io.mcpsession.grpc;

import io.mcpsession.session.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Tells attributes from other attributes. Drawn from what they say, so nothing has to be stored to know it. */
final class Etag {

    private static final int BYTES = 12;
    /** Most sessions have none, and every validation sends one. */
    private static final String NONE = digest(Map.of());

    private Etag() {
    }

    static String of(Map<String, String> attributes) {
        return attributes.isEmpty() ? NONE : digest(attributes);
    }

    private static String digest(Map<String, String> attributes) {
        MessageDigest digest = Sha256.begun();
        new TreeMap<>(attributes).forEach((name, value) -> {
            add(digest, name);
            add(digest, value);
        });
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest.digest(), BYTES));
    }

    /** Behind its length, so that no two maps read the same. */
    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
    }
}
