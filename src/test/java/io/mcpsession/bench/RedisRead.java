package io.mcpsession.bench;

import io.mcpsession.redis.Layout;
import io.mcpsession.redis.RedisClient;
import io.mcpsession.redis.RedisConfig;
import java.net.URI;
import java.time.Duration;
import org.redisson.api.RBucket;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** One read by the client that the server has, without the server. */
final class RedisRead implements AutoCloseable {

    static final String KEY = "bench";

    /** About as long as a stored session. */
    private static final int BYTES = 400;

    private final RedissonClient redisson;

    RedisRead(URI redis) {
        redisson = RedisClient.open(
                RedisConfig.single(redis, Duration.ofSeconds(10), 16, KEY, 1, Layout.MAP_CACHE));
    }

    Kind kind() {
        RBucket<String> bucket = redisson.getBucket(KEY, StringCodec.INSTANCE);
        bucket.set("x".repeat(BYTES));
        return new Kind(Kind.REDIS, "Redisson, one read", Beside.REQUEST,
                Kinds.shared(() -> bucket.get().length() == BYTES));
    }

    @Override
    public void close() {
        redisson.shutdown();
    }
}
