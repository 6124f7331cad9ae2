package io.mcpsession.redis;

import io.mcpsession.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Removes expired sessions and what hangs on them. Redisson's own cleaner removes 100 entries in 5 s for the whole
 * deployment; this one removes a batch per partition and second and goes on while batches come back full. Where Redis
 * itself expires sessions, only what is left of them is removed, and their end told.
 */
public final class Reclaimer implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Reclaimer.class.getName());
    /** By one script: they take a millisecond. */
    private static final int BATCH = 60;
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final String LATCH_MILLIS = Long.toString(PERIOD.toMillis() - 100);
    /** Where Redis expires keys, counting is a walk over all of them, and not done in each round. */
    private static final int ROUNDS_OF_A_WALK = 10;

    private final RedisCalls redis;
    private final List<Partition> partitions;
    private final int roundsOfACount;
    private final RedisTime time;
    private final Runnable afterRound;
    private final ScheduledExecutorService timer;
    /** Used by the timer's thread. */
    private int rounds;

    /**
     * @param afterRound run after each round, or each tenth where it takes long, on the same thread
     */
    public Reclaimer(RedisCalls redis, RedisConfig config, RedisTime time, Runnable afterRound) {
        this.afterRound = afterRound;
        this.redis = redis;
        this.partitions = Partitions.of(config).all();
        this.roundsOfACount = config.layout().expiresByItself() ? ROUNDS_OF_A_WALK : 1;
        this.time = time;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name("session-reclaimer").daemon().unstarted(task));
    }

    /** Starts reclaiming now and then. */
    public void start() {
        timer.scheduleWithFixedDelay(this::runQuietly, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void runQuietly() {
        try {
            reclaim();
            if (++rounds % roundsOfACount == 0) {
                afterRound.run();
            }
        } catch (StoreUnavailableException e) {
            LOG.log(Level.DEBUG, "sessions not counted this time", e);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "reclaiming expired sessions failed", e);
        }
    }

    /**
     * One round over all partitions.
     *
     * @return how many entries were due, of which those that did not live on are removed
     */
    int reclaim() {
        int removed = 0;
        for (Partition partition : partitions) {
            try {
                removed += reclaim(partition);
            } catch (StoreUnavailableException e) {
                // One shard of a cluster may be away, and the others have expired sessions as well.
                LOG.log(Level.DEBUG, "expired sessions not reclaimed this time", e);
            }
        }
        return removed;
    }

    private int reclaim(Partition partition) {
        int removed = 0;
        long batch;
        do {
            batch = redis.number(LuaScript.RECLAIM,
                    List.of(partition.sessions(), partition.timeouts(), partition.latch(), partition.log()),
                    time.argument(), BATCH, LATCH_MILLIS, partition.index(), partition.notes());
            removed += (int) Math.max(batch, 0);
        } while (batch == BATCH && !Thread.currentThread().isInterrupted());
        return removed;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
