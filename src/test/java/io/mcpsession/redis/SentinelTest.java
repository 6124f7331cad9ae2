package io.mcpsession.redis;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.redisson.api.RedissonClient;

/** A primary that Sentinels watch. */
class SentinelTest extends TopologyContract {

    @TempDir
    private static Path folder;
    private static RedisSentinels servers;
    private static RedissonClient client;

    @BeforeAll
    static void start() {
        servers = new RedisSentinels(folder);
        servers.servers().forEach(server -> AclRule.teach(server, Topology.SENTINEL, "acl"));
        client = RedisClient.open(settings("acl"));
    }

    @AfterAll
    static void stop() {
        client.shutdown();
        servers.close();
    }

    private static RedisConfig settings(String prefix) {
        return RedisConfig.single(servers.addresses().getFirst(), TestRedis.TIMEOUT, 8, prefix, 16, Layout.MAP_CACHE)
                .at(Topology.SENTINEL, servers.addresses(), RedisSentinels.NAME)
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
