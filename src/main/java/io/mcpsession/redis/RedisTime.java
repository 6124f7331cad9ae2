package io.mcpsession.redis;

import java.time.InstantSource;

/** By which clock scripts judge expiry. */
public final class RedisTime {

    private static final RedisTime SERVER = new RedisTime(null);

    private final InstantSource clock;

    private RedisTime(InstantSource clock) {
        this.clock = clock;
    }

    /** Redis's own clock: the same for every replica. */
    public static RedisTime server() {
        return SERVER;
    }

    /** A clock the caller moves; for tests. */
    public static RedisTime of(InstantSource clock) {
        return new RedisTime(clock);
    }

    /** The time as this replica knows it, for what need not be exact. */
    long millis() {
        return clock == null ? System.currentTimeMillis() : clock.millis();
    }

    /** What a script takes as {@code ARGV[1]}: milliseconds, or nothing to make it ask Redis. */
    String argument() {
        return clock == null ? "" : Long.toString(clock.millis());
    }
}
