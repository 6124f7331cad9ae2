package io.mcpsession.redis;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.redisson.api.RedissonClient;

/** A Redis Cluster. */
class ClusterTest extends TopologyContract {

    @TempDir
    private static Path folder;
    private static RedisCluster servers;
    private static RedissonClient client;

    @BeforeAll
    static void start() {
        servers = new RedisCluster(folder);
        servers.nodes().forEach(server -> AclRule.teach(server, Topology.CLUSTER, "acl"));
        client = RedisClient.open(settings("acl"));
    }

    @AfterAll
    static void stop() {
        client.shutdown();
        servers.close();
    }

    private static RedisConfig settings(String prefix) {
        return RedisConfig.single(servers.addresses().getFirst(), TestRedis.TIMEOUT, 8, prefix, 16, Layout.MAP_CACHE)
                .at(Topology.CLUSTER, servers.addresses(), "")
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
