package io.mcpsession.http2;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after the threads that serve the streams of one listener. Helidon 4.5.0 lets them wait for their clients for as
 * long as a connection is alive, and for ever when it is gone. Thread-safe.
 */
final class StreamWatch {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Duration patience;
    private final Set<StreamTask> tasks = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean watching = new AtomicBoolean();

    /**
     * @param patience how long a body may take
     */
    StreamWatch(Duration patience) {
        this.patience = patience;
    }

    void add(StreamTask task) {
        tasks.add(task);
        // One thread for all of them, for as long as there are any.
        if (!watching.get() && watching.compareAndSet(false, true)) {
            Thread.ofVirtual().name("http2-streams").start(this::look);
        }
    }

    void remove(StreamTask task) {
        tasks.remove(task);
    }

    private void look() {
        do {
            while (!tasks.isEmpty()) {
                LockSupport.parkNanos(PAUSE_NANOS);
                long now = System.nanoTime();
                tasks.forEach(task -> task.look(now, patience));
            }
            watching.set(false);
            // Who came between the two has found a watch that was about to end.
        } while (!tasks.isEmpty() && watching.compareAndSet(false, true));
    }
}
