package io.mcpsession.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What waits to be written on one event stream, bounded in bytes: a sender waits for room for as long as the client reads
 * at all. Any thread adds, one takes. Thread-safe.
 */
final class EventQueue {

    /** The share of all queues that frees up makes no sound; who waits for it looks again after this. */
    private static final long LOOK_AGAIN_NANOS = 50_000_000;

    private final int maxBytes;
    private final CallerShares.Share share;
    private final long patienceNanos;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Entry> entries = new ArrayDeque<>();
    /** News among the entries, so that the same is not queued twice. */
    private final Set<String> news = new HashSet<>();
    /** Added and not yet written; that of the entry in the writer's hands included. */
    private long bytes;
    /** When the client was last seen to take something, or there was nothing to take. */
    private long progressed;
    private boolean ended;
    private boolean closed;

    /**
     * @param key of news; empty for what is never left out
     */
    private record Entry(Optional<String> key, byte[] bytes) {
    }

    /**
     * @param maxBytes most that waits; a single larger event waits alone
     * @param patience longest time in which a client takes nothing of what waits
     * @param share    takes part in what waits on all queues of a caller
     */
    EventQueue(int maxBytes, Duration patience, CallerShares.Share share) {
        this(maxBytes, patience, share, System::nanoTime);
    }

    /**
     * @param nanos monotonic time
     */
    EventQueue(int maxBytes, Duration patience, CallerShares.Share share, LongSupplier nanos) {
        this.maxBytes = maxBytes;
        this.share = share;
        this.patienceNanos = patience.toNanos();
        this.nanos = nanos;
        this.progressed = nanos.getAsLong();
    }

    /**
     * Adds an event once there is room for it.
     *
     * @return false when the client took nothing for too long; true as well when the queue is closed, and nothing is added
     */
    boolean put(byte[] event) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long begun = nanos.getAsLong();
            while (!ended && !closed && !fits(event)) {
                long left = bytes == 0 ? begun + patienceNanos - nanos.getAsLong() : left();
                if (left <= 0) {
                    return false;
                }
                changed.awaitNanos(hasRoom(event) ? Math.min(left, LOOK_AGAIN_NANOS) : left);
            }
            add(new Entry(Optional.empty(), event));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds news if there is room, and never waits. News that already wait are not added again: a client that reads them
     * asks for how things are by then.
     *
     * @return whether they will be read
     */
    boolean offer(String key, byte[] event) {
        lock.lock();
        try {
            if (news.contains(key)) {
                return true;
            }
            if (ended || closed || !fits(event)) {
                return false;
            }
            news.add(key);
            add(new Entry(Optional.of(key), event));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is room; then it is taken. */
    private boolean fits(byte[] event) {
        return hasRoom(event) && share.queue(event.length);
    }

    private boolean hasRoom(byte[] event) {
        return bytes == 0 || bytes + event.length <= maxBytes;
    }

    private void add(Entry entry) {
        if (ended || closed) {
            return;
        }
        if (bytes == 0) {
            progressed = nanos.getAsLong();
        }
        bytes += entry.bytes().length;
        entries.add(entry);
        changed.signalAll();
    }

    private void addAnyway(byte[] event) {
        if (!ended && !closed) {
            share.queueAnyway(event.length);
            add(new Entry(Optional.empty(), event));
        }
    }

    /**
     * Nothing is added any more; what waits is still taken.
     *
     * @param last is added though there be no room; may be empty
     */
    void end(byte[] last) {
        lock.lock();
        try {
            if (last.length > 0) {
                addAnyway(last);
            }
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody reads any more: what waits is dropped, and nobody who adds waits. */
    void close() {
        lock.lock();
        try {
            closed = true;
            entries.clear();
            news.clear();
            share.read(bytes);
            bytes = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the next event; {@link #written} must be told how much of it the client took.
     *
     * @param time how long to wait for one ...
     * @param idle ... and what to send when none came
     * @return empty when nothing follows
     */
    Optional<byte[]> take(Duration time, byte[] idle) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = time.toNanos();
            while (entries.isEmpty() && !ended && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (entries.isEmpty() && !ended && !closed) {
                addAnyway(idle);
            }
            Entry next = entries.poll();
            if (next == null) {
                return Optional.empty();
            }
            next.key().ifPresent(news::remove);
            return Optional.of(next.bytes());
        } finally {
            lock.unlock();
        }
    }

    /** The client has taken so many bytes of what was queued. */
    void written(int length) {
        lock.lock();
        try {
            long read = Math.min(bytes, length);
            share.read(read);
            bytes -= read;
            progressed = nanos.getAsLong();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How long the client may go on taking nothing, in nanoseconds; the whole patience while nothing waits. */
    long patienceLeft() {
        lock.lock();
        try {
            return bytes == 0 ? patienceNanos : left();
        } finally {
            lock.unlock();
        }
    }

    private long left() {
        return progressed + patienceNanos - nanos.getAsLong();
    }
}
