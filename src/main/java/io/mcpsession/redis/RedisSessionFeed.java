package io.mcpsession.redis;

import io.mcpsession.redis.SessionLogs.Entry;
import io.mcpsession.relay.FeedClosedException;
import io.mcpsession.relay.FeedCompactedException;
import io.mcpsession.relay.FeedPosition;
import io.mcpsession.relay.Position;
import io.mcpsession.relay.SessionFeed;
import io.mcpsession.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.redisson.api.RedissonClient;

/**
 * The feed, from the logs of all partitions. While anybody reads, one thread of this replica follows the logs for all of
 * them; a reader who comes from further back, or who is too slow, reads for itself until it has caught up.
 *
 * <p>The follower asks twenty times a second instead of waiting in Redis: logs of several shards cannot be waited for in
 * one command, and a connection each would be held for as long as anybody reads.
 */
public final class RedisSessionFeed implements SessionFeed, AutoCloseable {

    private static final Logger LOG = System.getLogger(RedisSessionFeed.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofMillis(200);
    /** Well before the logs would be forgotten for want of events. */
    private static final Duration KEEP_EVERY = Duration.ofHours(1);

    private final SessionLogs logs;
    private final ReentrantLock lock = new ReentrantLock();
    /** All who read, and of them those whom the follower serves. */
    private final Set<LogReader> readers = new HashSet<>();
    private final Set<LogReader> served = new HashSet<>();
    /** How far the follower has read; means nothing while it serves nobody. */
    private volatile List<Position> followed = List.of();
    /** Which follower is the one: the one before may still be about to tell what it has read. */
    private int run;
    private boolean closed;

    public RedisSessionFeed(RedissonClient redisson, RedisCalls redis, RedisConfig config, RedisTime time) {
        this.logs = new SessionLogs(redisson, redis, config, time);
    }

    @Override
    public Reader read(Optional<FeedPosition> after) {
        LogReader reader = new LogReader(this, after.map(FeedPosition::places).orElseGet(logs::places));
        return locked(() -> {
            if (closed) {
                throw new FeedClosedException();
            }
            readers.add(reader);
            return reader;
        });
    }

    /** What follows, for one who reads for itself. */
    List<Entry> after(List<Position> places) {
        return logs.after(places);
    }

    /** Serves a reader from now on, unless it is behind the follower. */
    boolean serve(LogReader reader, List<Position> at) {
        return locked(() -> {
            if (closed || !readers.contains(reader)) {
                throw new FeedClosedException();
            }
            if (served.isEmpty()) {
                followed = new ArrayList<>(at);
                served.add(reader);
                int mine = ++run;
                Thread.ofVirtual().name("session-feed").start(() -> follow(mine));
                return true;
            }
            for (int log = 0; log < at.size(); log++) {
                if (at.get(log).compareTo(followed.get(log)) < 0) {
                    return false;
                }
            }
            served.add(reader);
            return true;
        });
    }

    void leave(LogReader reader) {
        locked(() -> readers.remove(reader) && served.remove(reader));
    }

    private void follow(int mine) {
        long kept = System.nanoTime();
        while (locked(() -> isServing(mine))) {
            try {
                if (System.nanoTime() - kept > KEEP_EVERY.toNanos()) {
                    logs.places();
                    kept = System.nanoTime();
                }
                List<Entry> entries = logs.after(followed);
                locked(() -> {
                    if (isServing(mine)) {
                        entries.forEach(this::tell);
                    }
                    return null;
                });
                if (entries.isEmpty()) {
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            } catch (FeedCompactedException e) {
                // Each reader finds out for itself, and by how much.
                locked(() -> {
                    if (isServing(mine)) {
                        letGo();
                    }
                    return null;
                });
                return;
            } catch (StoreUnavailableException e) {
                LockSupport.parkNanos(RETRY.toNanos());
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "following what happens to sessions failed; trying again", e);
                LockSupport.parkNanos(RETRY.toNanos());
            }
        }
    }

    private boolean isServing(int mine) {
        return mine == run && !closed && !served.isEmpty();
    }

    private void tell(Entry entry) {
        followed.set(entry.log(), entry.position());
        served.removeIf(reader -> !reader.offer(entry));
    }

    private void letGo() {
        served.forEach(LogReader::letGo);
        served.clear();
    }

    private <T> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        locked(() -> {
            closed = true;
            readers.forEach(LogReader::end);
            readers.clear();
            served.clear();
            return null;
        });
    }
}
