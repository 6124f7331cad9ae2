package io.mcpsession.redis;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.redisson.api.RedissonClient;

/** A primary and a replica that nobody watches. */
class ReplicatedTest extends TopologyContract {

    @TempDir
    private static Path folder;
    private static RedisProcess primary;
    private static RedisProcess replica;
    private static RedissonClient client;

    @BeforeAll
    static void start() {
        primary = RedisProcess.server(folder.resolve("primary"), RedisProcess.freePort());
        replica = RedisProcess.server(folder.resolve("replica"), RedisProcess.freePort(),
                "--replicaof", "127.0.0.1", Integer.toString(primary.port()));
        AclRule.teach(primary, Topology.REPLICATED, "acl");
        AclRule.teach(replica, Topology.REPLICATED, "acl");
        client = RedisClient.open(settings("acl"));
    }

    @AfterAll
    static void stop() {
        client.shutdown();
        replica.close();
        primary.close();
    }

    private static RedisConfig settings(String prefix) {
        // The replica first: which of them is the primary has to be found out.
        List<URI> addresses = List.of(replica.address(), primary.address());
        return RedisConfig.single(primary.address(), TestRedis.TIMEOUT, 8, prefix, 16, Layout.MAP_CACHE)
                .at(Topology.REPLICATED, addresses, "")
                .as(RedisLogin.of(Optional.of(AclRule.USER), Optional.of(AclRule.PASSWORD)));
    }

    @Override
    RedisConfig config(String prefix) {
        return settings(prefix);
    }

    @Override
    RedissonClient client() {
        return client;
    }
}
