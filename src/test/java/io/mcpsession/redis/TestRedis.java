package io.mcpsession.redis;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.redisson.api.RedissonClient;

/** One real Redis for all tests of this JVM, with which it ends. Each test keeps to key names of its own. */
public final class TestRedis {

    /** The wait that the tests grant Redis; an outage must show within 2 s. */
    public static final Duration TIMEOUT = Duration.ofMillis(1500);

    private static final EmbeddedRedis SERVER = EmbeddedRedis.start();
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private TestRedis() {
    }

    /** Settings with a key prefix that nobody else uses. */
    public static RedisConfig config() {
        return config(SERVER.address());
    }

    static RedisConfig config(URI address) {
        return config(address, TIMEOUT, Layout.MAP_CACHE);
    }

    static RedisConfig config(Layout layout) {
        return config(SERVER.address(), TIMEOUT, layout);
    }

    /** Settings for a Redis of one's own. */
    static RedisConfig config(URI address, Layout layout) {
        return config(address, TIMEOUT, layout);
    }

    /** Settings of somebody who waits no longer than this. */
    static RedisConfig config(Duration timeout) {
        return config(SERVER.address(), timeout, Layout.MAP_CACHE);
    }

    private static RedisConfig config(URI address, Duration timeout, Layout layout) {
        return RedisConfig.single(address, timeout, 8, "test" + PREFIXES.incrementAndGet(), 16, layout);
    }

    /** The client of one replica. */
    public static RedissonClient client() {
        return First.CLIENT;
    }

    /** The client of another replica. */
    public static RedissonClient otherClient() {
        return Second.CLIENT;
    }

    public static RedisCalls calls(RedissonClient client) {
        return calls(client, Layout.MAP_CACHE);
    }

    static RedisCalls calls(RedissonClient client, Layout layout) {
        return new RedisCalls(client, config(layout), (_, _, _) -> { });
    }

    /** A look at the keys that shares nothing with the code under test. */
    static RawRedis raw() {
        return Raw.CONNECTION;
    }

    /** Another such look, for those who look at the same time. */
    static RawRedis connection() {
        return new RawRedis(SERVER.address());
    }

    private static final class First {
        private static final RedissonClient CLIENT = RedisClient.open(config());
    }

    private static final class Second {
        private static final RedissonClient CLIENT = RedisClient.open(config());
    }

    private static final class Raw {
        private static final RawRedis CONNECTION = new RawRedis(SERVER.address());
    }
}
