package io.mcpsession.redis;

/** Hears of every call to Redis, for metrics. Must not block and must not throw. */
@FunctionalInterface
public interface RedisObserver {

    /**
     * @param command  short name of what was asked
     * @param nanos    how long the answer took
     * @param answered whether there was one
     */
    void called(String command, long nanos, boolean answered);
}
