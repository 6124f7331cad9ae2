package io.mcpsession.settings;

import io.mcpsession.redis.Layout;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.redis.RedisLogin;
import io.mcpsession.redis.RedisTls;
import io.mcpsession.redis.Topology;
import io.mcpsession.settings.Settings.RedisMode;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Reads how to reach Redis. */
record RedisSettings(Keys keys, Map<String, String> environment) {

    private static final String PLACE = "mcp.store.redis.";
    private static final String MODE = PLACE + "mode";

    RedisMode mode() {
        RedisMode mode = keys.choice(MODE, RedisMode.class, RedisMode.EMBEDDED);
        if (mode == RedisMode.EMBEDDED && environment.containsKey("KUBERNETES_SERVICE_HOST")) {
            // Each pod with a Redis of its own is the very fault this server exists to remove.
            throw Keys.refused(MODE, keys.text(MODE), "single, sentinel, cluster or replicated: "
                    + (keys.text(MODE).isEmpty() ? "inside Kubernetes the mode must be said"
                    : "inside Kubernetes each pod would have its own where Redis is embedded"));
        }
        return mode;
    }

    RedisConfig read(RedisMode mode) {
        String prefix = keys.text(PLACE + "key-prefix");
        if (!prefix.matches("[A-Za-z0-9_.:-]{1,32}")) {
            throw Keys.refused(PLACE + "key-prefix", prefix, "1 to 32 of A-Z a-z 0-9 _ . : -");
        }
        int partitions = keys.integer(PLACE + "partitions", 1, 64);
        if (Integer.bitCount(partitions) != 1) {
            throw Keys.refused(PLACE + "partitions", Integer.toString(partitions), "1, 2, 4, 8, 16, 32 or 64");
        }
        RedisConfig config = new RedisConfig(
                mode.topology(),
                keys.addresses(PLACE + "address", List.of("redis", "rediss")),
                keys.text(PLACE + "master-name"),
                new RedisLogin(keys.optional(PLACE + "user"), keys.optional(PLACE + "password"),
                        keys.file(PLACE + "user-file", "a file that holds the user"),
                        keys.file(PLACE + "password-file", "a file that holds the password")),
                RedisLogin.of(keys.optional(PLACE + "sentinel-user"), keys.optional(PLACE + "sentinel-password")),
                keys.integer(PLACE + "database", 0, 1_000_000),
                new RedisTls(keys.file(PLACE + "trust-certificates", "a PEM file of certificates"),
                        keys.file(PLACE + "certificate", "a PEM file of a certificate"),
                        keys.file(PLACE + "key", "a PEM file of a private key (PKCS #8)")),
                keys.duration(PLACE + "timeout", Duration.ofMillis(50), Duration.ofSeconds(2)),
                keys.integer(PLACE + "connections", 1, 1024),
                prefix, partitions, keys.choice("mcp.session.layout", Layout.class));
        if (mode != RedisMode.EMBEDDED) {
            mustFitTogether(config);
        }
        return config;
    }

    private void mustFitTogether(RedisConfig config) {
        mustFitTheTopology(config);
        RedisLogin login = config.login();
        if (login.password().isPresent() && login.passwordFile().isPresent()) {
            throw Keys.refused(PLACE + "password", "(secret)", "this or " + PLACE + "password-file, not both");
        }
        if (login.user().isPresent() && login.userFile().isPresent()) {
            throw Keys.refused(PLACE + "user", login.user().get(), "this or " + PLACE + "user-file, not both");
        }
        boolean user = login.user().isPresent() || login.userFile().isPresent();
        if (user && login.password().isEmpty() && login.passwordFile().isEmpty()) {
            throw Keys.refused(PLACE + "password", "", "the password of the user, or " + PLACE + "password-file");
        }
        mustFitTheScheme(config.addresses(), config.tls());
    }

    private void mustFitTheTopology(RedisConfig config) {
        if (config.topology() == Topology.SINGLE && config.addresses().size() > 1) {
            throw Keys.refused(PLACE + "address", keys.text(PLACE + "address"),
                    "one address; several are for sentinel, cluster or replicated in " + MODE);
        }
        if (config.topology() == Topology.SENTINEL && config.masterName().isEmpty()) {
            throw Keys.refused(PLACE + "master-name", "", "what the Sentinels call the primary, such as mymaster");
        }
        if (config.topology() == Topology.CLUSTER && config.database() != 0) {
            throw Keys.refused(PLACE + "database", Integer.toString(config.database()),
                    "0: a cluster has no other; a " + PLACE + "key-prefix keeps deployments apart");
        }
        if (config.topology() == Topology.CLUSTER && config.layout() == Layout.HASH) {
            throw Keys.refused("mcp.session.layout", "hash", "map-cache: in a cluster the hash of a session and what"
                    + " surrounds it lie in different slots, and a script may touch only one");
        }
    }

    private void mustFitTheScheme(List<URI> addresses, RedisTls tls) {
        List<String> schemes = addresses.stream().map(URI::getScheme).distinct().toList();
        if (schemes.size() > 1) {
            throw Keys.refused(PLACE + "address", keys.text(PLACE + "address"), "redis:// for all or rediss:// for all");
        }
        if (tls.certificate().isPresent() != tls.key().isPresent()) {
            throw Keys.refused(PLACE + (tls.key().isPresent() ? "certificate" : "key"), "",
                    "a PEM file: certificate and key belong together");
        }
        if (tls.certificate().isPresent() && schemes.contains("redis")) {
            throw Keys.refused(PLACE + "certificate", tls.certificate().get().toString(),
                    "none, or rediss:// addresses: over redis:// it is never shown");
        }
    }
}
