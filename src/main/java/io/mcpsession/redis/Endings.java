package io.mcpsession.redis;

import io.mcpsession.session.Ending;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps ended sessions ended. A replica that becomes primary may not have heard of the last endings; this process
 * remembers its own of the last hours, looks whether Redis still knows them, and repeats those it does not: at once
 * when Redis answers again after it did not, and now and then in between.
 */
public final class Endings implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Endings.class.getName());
    private static final Duration PERIOD = Duration.ofMillis(250);
    private static final Duration ROUTINE = Duration.ofSeconds(5);
    /** Longer than a Redis that saves by its defaults goes without a snapshot to start from again. */
    private static final Duration REMEMBERED = Duration.ofHours(2);
    /** Of one partition; some 200 bytes each. */
    private static final int MOST = 4000;
    /** By one script: a millisecond, if Redis had forgotten all of them. */
    private static final int AT_ONCE = 60;

    private final RedisCalls redis;
    private final RedisTime time;
    private final String lifetimeMillis;
    private final Map<Partition, Remembered> remembered = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private long routine;
    private volatile long repeated;

    private record Ended(String id, String text, long nanos) {
    }

    /**
     * Those of one partition.
     *
     * @param endings   newest first
     * @param sureSince when Redis was last told all it might have forgotten
     */
    private record Remembered(Deque<Ended> endings, AtomicInteger count, AtomicLong sureSince) {

        Remembered() {
            this(new ConcurrentLinkedDeque<>(), new AtomicInteger(), new AtomicLong(System.nanoTime()));
        }

        void add(Ended ended) {
            endings.addFirst(ended);
            if (count.incrementAndGet() > MOST) {
                dropLast();
            }
        }

        void dropOld(long now) {
            for (Ended last = endings.peekLast(); last != null && now - last.nanos > REMEMBERED.toNanos();
                    last = endings.peekLast()) {
                dropLast();
            }
        }

        private void dropLast() {
            if (endings.pollLast() != null) {
                count.decrementAndGet();
            }
        }
    }

    public Endings(RedisCalls redis, RedisConfig config, SessionLimits limits, RedisTime time) {
        this.redis = redis;
        this.time = time;
        this.lifetimeMillis = Long.toString(limits.absoluteLifetime().toMillis());
        this.routine = System.nanoTime();
        this.timer = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name("session-endings").daemon().unstarted(task));
    }

    /** Starts looking. */
    public void start() {
        timer.scheduleWithFixedDelay(this::lookQuietly, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How many endings had to be repeated so far. */
    public long repeated() {
        return repeated;
    }

    void remember(Partition partition, String id, Ending ending) {
        remembered.computeIfAbsent(partition, _ -> new Remembered())
                .add(new Ended(id, Tombstone.write(ending), System.nanoTime()));
    }

    private void lookQuietly() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "looking after ended sessions failed", e);
        }
    }

    /** Looks at all after an outage, else now and then at the newest, whose loss would tell of that of others. */
    void look() {
        long now = System.nanoTime();
        boolean due = now - routine > ROUTINE.toNanos();
        if (due) {
            routine = now;
        }
        remembered.forEach((partition, endings) -> {
            endings.dropOld(now);
            try {
                if (redis.lastOutage(partition.sessions()) - endings.sureSince.get() > 0) {
                    repeat(partition, Integer.MAX_VALUE);
                    endings.sureSince.set(now);
                } else if (due && repeat(partition, AT_ONCE) > 0) {
                    repeat(partition, Integer.MAX_VALUE);
                }
            } catch (StoreUnavailableException e) {
                // Still away, and in a cluster others may not be; the next look comes soon.
            }
        });
    }

    private long repeat(Partition partition, int most) {
        long forgotten = 0;
        List<Ended> batch = new ArrayList<>();
        int seen = 0;
        for (Ended ended : remembered.get(partition).endings()) {
            batch.add(ended);
            if (batch.size() == AT_ONCE) {
                forgotten += repeat(partition, batch);
                batch.clear();
            }
            if (++seen == most) {
                break;
            }
        }
        forgotten += batch.isEmpty() ? 0 : repeat(partition, batch);
        if (forgotten > 0) {
            repeated += forgotten;
            LOG.log(Level.WARNING, "Redis had forgotten that sessions were ended; they are ended again sessions=" + forgotten);
        }
        return forgotten;
    }

    private long repeat(Partition partition, List<Ended> batch) {
        List<Object> arguments = new ArrayList<>(List.of(time.argument(), lifetimeMillis, partition.tombstones(),
                partition.index(), partition.notes()));
        batch.forEach(ended -> arguments.addAll(List.of(ended.id(), ended.text())));
        return redis.number(LuaScript.REASSERT, List.of(partition.sessions(), partition.timeouts(), partition.log()),
                arguments.toArray());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
