package io.mcpsession.redis;

import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS of {@code rediss://} addresses, all as PEM files.
 *
 * @param trust       certificates of the authorities to trust; the JVM's own when absent
 * @param certificate our own certificate and those between it and its authority, for a Redis that asks for one
 * @param key         its private key, PKCS #8
 */
public record RedisTls(Optional<Path> trust, Optional<Path> certificate, Optional<Path> key) {

    /** What the JVM trusts, and no certificate of our own. */
    public static final RedisTls DEFAULT = new RedisTls(Optional.empty(), Optional.empty(), Optional.empty());

    /** Trust in the authorities of a file. */
    public static RedisTls trusting(Path trust) {
        return new RedisTls(Optional.of(trust), Optional.empty(), Optional.empty());
    }
}
