package io.mcpsession.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Whether Redis answers, and how far the clock of this replica is from that of Redis. Both are found out once a second
 * in the background, so that nobody who asks has to wait. Thread-safe.
 *
 * <p>Expiry is judged by Redis's clock, so a replica whose clock is wrong ends no idle session early and revives none.
 * Skew affects only the created time inside ids, and with it the absolute lifetime, which is counted from there.
 */
public final class RedisHealth implements AutoCloseable {

    private static final Logger LOG = System.getLogger(RedisHealth.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofMillis(50);
    private static final Duration TOLERATED = Duration.ofSeconds(2);

    private final RedisCalls redis;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private volatile boolean reachable;
    private volatile Duration skew = Duration.ZERO;
    private boolean warned;
    private Consumer<Boolean> listener = _ -> { };

    public RedisHealth(RedisCalls redis, InstantSource clock) {
        this.redis = redis;
        this.clock = clock;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name("redis-health").daemon().unstarted(task));
    }

    /** Tells {@code listener} after each look whether Redis answers. To be called before {@link #start}. */
    public void follow(Consumer<Boolean> listener) {
        this.listener = listener;
    }

    /** Starts asking Redis once a second. */
    public void start() {
        timer.scheduleWithFixedDelay(this::check, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Asks until Redis answers, but no longer than {@code patience}: the first call of all opens the connections, and no
     * client should wait for that.
     */
    public void awaitFirstAnswer(Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        check();
        while (!reachable && System.nanoTime() < until) {
            LockSupport.parkNanos(RETRY.toNanos());
            check();
        }
    }

    /** Whether Redis answered when it was last asked; false until it has been. */
    public boolean reachable() {
        return reachable;
    }

    /** How far this replica's clock was ahead of Redis's at the last answer; negative when it was behind. */
    public Duration skew() {
        return skew;
    }

    void check() {
        Instant asked = clock.instant();
        try {
            long millis = redis.number(LuaScript.TIME, List.of(), RedisTime.server().argument());
            Duration journey = Duration.between(asked, clock.instant()).dividedBy(2);
            skew = Duration.between(Instant.ofEpochMilli(millis), asked.plus(journey));
            reachable = true;
            warn();
        } catch (RuntimeException e) {
            // Whatever it was, Redis gave no answer; a timer whose task throws would never ask again.
            reachable = false;
        }
        listener.accept(reachable);
    }

    private void warn() {
        boolean skewed = skew.abs().compareTo(TOLERATED) > 0;
        if (skewed != warned) {
            warned = skewed;
            LOG.log(Level.WARNING, "the clock of this replica " + (skewed ? "differs from" : "agrees again with")
                    + " that of Redis skew_ms=" + skew.toMillis() + " tolerated_ms=" + TOLERATED.toMillis());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
