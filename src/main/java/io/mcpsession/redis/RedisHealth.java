package io.mcpsession.redis;

import java.time.InstantSource;
import org.redisson.api.RedissonClient;

public final class RedisHealth implements AutoCloseable {
    public RedisHealth(RedissonClient r, RedisCalls c, InstantSource clock) { }
    public void start() { }
    public boolean reachable() { return true; }
    @Override public void close() { }
}
