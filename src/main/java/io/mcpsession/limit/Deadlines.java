package io.mcpsession.limit;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Interrupts threads that take too long for what they do. */
public final class Deadlines implements AutoCloseable {

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1,
            task -> Thread.ofPlatform().name("deadlines").daemon().unstarted(task));

    public Deadlines() {
        // Nearly all that is watched is over long before; what is cancelled must not pile up.
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Watches the current thread until the deadline is closed, and interrupts it after {@code time}. */
    public Deadline start(Duration time) {
        return new Deadline(Thread.currentThread(), time.toNanos());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** How long one thing may take. */
    public final class Deadline implements AutoCloseable {

        private final Thread runner;
        private long left;
        private long running;
        private int pauses;
        private boolean passed;
        private boolean over;
        private Future<?> future;

        private Deadline(Thread runner, long nanos) {
            this.runner = runner;
            this.left = nanos;
            run();
        }

        private void run() {
            running = System.nanoTime();
            future = timer.schedule(this::pass, left, TimeUnit.NANOSECONDS);
        }

        private synchronized void pass() {
            if (!over && pauses == 0) {
                passed = true;
                runner.interrupt();
            }
        }

        /** Whether the time was up: whatever the thread made of its interruption, this was why. */
        public synchronized boolean passed() {
            return passed;
        }

        /** Stops the clock, such as while a person is asked. May be nested, and called by any thread. */
        public synchronized Pause pause() {
            if (pauses++ == 0) {
                future.cancel(false);
                left -= System.nanoTime() - running;
            }
            return this::resume;
        }

        private synchronized void resume() {
            if (--pauses == 0 && !over && !passed) {
                run();
            }
        }

        @Override
        public synchronized void close() {
            over = true;
            future.cancel(false);
            if (passed) {
                // It must not hit what the thread does next.
                Thread.interrupted();
            }
        }
    }

    /** Ends when the clock goes on. */
    @FunctionalInterface
    public interface Pause extends AutoCloseable {

        @Override
        void close();
    }
}
