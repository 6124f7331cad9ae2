package io.mcpsession.redis;

import java.util.Optional;

/** Hears of every call to Redis, for metrics. Must not block and must not throw. */
@FunctionalInterface
public interface RedisObserver {

    /**
     * @param command  short name of what was asked
     * @param nanos    how long the answer took
     * @param fault    why there was none; empty when there was
     */
    void called(String command, long nanos, Optional<RedisFault> fault);
}
