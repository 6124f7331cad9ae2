package io.mcpsession.redis;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach Redis.
 *
 * @param address           {@code redis://host:port}, or {@code rediss://} for TLS
 * @param user              ACL user
 * @param password          password of the ACL user, or of {@code requirepass}
 * @param database          database number
 * @param trustCertificates PEM file with the CA certificates to trust; the JVM's own when absent
 * @param timeout           longest wait for any answer of Redis, retries included
 * @param connections       connections kept for commands
 * @param keyPrefix         first part of every key
 * @param partitions        maps the sessions are spread over: a power of two, at most 64
 * @param layout            how the sessions lie there
 */
public record RedisConfig(URI address, Optional<String> user, Optional<String> password, int database,
                          Optional<Path> trustCertificates, Duration timeout, int connections, String keyPrefix,
                          int partitions, Layout layout) {

    /** The same Redis elsewhere. */
    public RedisConfig at(URI newAddress) {
        return new RedisConfig(newAddress, user, password, database, trustCertificates, timeout, connections, keyPrefix,
                partitions, layout);
    }

    /** Without the password, and without the one that an address may carry before its host. */
    @Override
    public String toString() {
        return "RedisConfig[address=" + address.getScheme() + "://" + address.getHost() + ":" + address.getPort()
                + ", user=" + user + ", password="
                + (password.isPresent() ? "set" : "unset") + ", database=" + database + "]";
    }
}
