package io.mcpsession.cli;

import io.mcpsession.auth.TokenStore;
import io.mcpsession.redis.RedisCalls;
import io.mcpsession.redis.RedisClient;
import io.mcpsession.redis.RedisTokenStore;
import io.mcpsession.settings.Settings;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RedissonClient;

/** The stores a command works on, for as long as it runs. */
record StoreAccess(RedissonClient redisson, TokenStore tokens) implements AutoCloseable {

    /**
     * @throws IllegalStateException when the settings name no Redis that outlives a process
     */
    static StoreAccess open(Settings settings) {
        if (settings.redisMode() == Settings.RedisMode.EMBEDDED) {
            throw new IllegalStateException("An embedded Redis belongs to the server that started it. To reach it, or"
                    + " any other, set MCP_STORE_REDIS_MODE=single and MCP_STORE_REDIS_ADDRESS=redis://host:port");
        }
        RedissonClient redisson = RedisClient.open(settings.redis());
        RedisCalls calls = new RedisCalls(redisson, settings.redis(), (_, _, _) -> { });
        return new StoreAccess(redisson, new RedisTokenStore(redisson, calls, settings.redis()));
    }

    @Override
    public void close() {
        redisson.shutdown(0, 1, TimeUnit.SECONDS);
    }
}
