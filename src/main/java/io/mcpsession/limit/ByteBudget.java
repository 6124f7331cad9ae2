package io.mcpsession.limit;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bytes of memory that all requests of this process may hold together for one purpose, such as what they have read and
 * not yet answered. Who needs more than is left waits for a moment, and is then refused. Thread-safe.
 *
 * <p>One holder, such as a user, gets a part only, so that it never takes all from the others.
 */
public final class ByteBudget {

    private final long total;
    private final long perHolder;
    private final long patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    /** Bytes by holder, of those that hold any. */
    private final Map<Object, Long> holders = new HashMap<>();
    private long taken;

    /**
     * @param total     bytes that are held at most
     * @param perHolder bytes that one holder holds at most
     * @param patience  longest wait for bytes that others hold
     */
    public ByteBudget(long total, long perHolder, Duration patience) {
        if (total < 0 || perHolder < 0 || perHolder > total) {
            throw new IllegalArgumentException(perHolder + " of " + total + " bytes");
        }
        this.total = total;
        this.perHolder = perHolder;
        this.patience = patience.toNanos();
    }

    /** Begins with no byte; to be closed when nothing is held any more. */
    public Share share(Object holder) {
        return new Share(holder);
    }

    /** How many bytes are held now. */
    public long taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** What one request holds. Used by one thread at a time. */
    public final class Share implements AutoCloseable {

        private final Object holder;
        private long bytes;

        private Share(Object holder) {
            this.holder = holder;
        }

        /**
         * Takes bytes more.
         *
         * @throws BudgetExhaustedException when they are not free in time; what this held before it still holds
         */
        public void take(long more) throws BudgetExhaustedException {
            if (more > perHolder - bytes) {
                throw new BudgetExhaustedException(more + bytes + " bytes are more than one may hold");
            }
            lock.lock();
            try {
                awaitRoom(more);
                add(more);
            } finally {
                lock.unlock();
            }
        }

        /** The same without waiting. */
        public boolean tryTake(long more) {
            lock.lock();
            try {
                boolean free = isFree(more);
                if (free) {
                    add(more);
                }
                return free;
            } finally {
                lock.unlock();
            }
        }

        private void awaitRoom(long more) {
            long left = patience;
            try {
                while (!isFree(more)) {
                    if (left <= 0) {
                        throw new BudgetExhaustedException(more + " bytes are not free");
                    }
                    left = released.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BudgetExhaustedException("interrupted while " + more + " bytes were not free");
            }
        }

        private boolean isFree(long more) {
            return more <= total - taken && more <= perHolder - holders.getOrDefault(holder, 0L);
        }

        private void add(long more) {
            taken += more;
            bytes += more;
            long left = holders.merge(holder, more, Long::sum);
            if (left == 0) {
                holders.remove(holder);
            }
        }

        /** Gives all back. May be repeated. */
        @Override
        public void close() {
            if (bytes == 0) {
                return;
            }
            lock.lock();
            try {
                add(-bytes);
                released.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
