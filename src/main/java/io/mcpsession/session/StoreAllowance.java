package io.mcpsession.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * How long one request may wait for the store, in all its calls of it together: with a bound for each call alone a
 * request that makes three would wait three times as long. Nothing but waiting uses it up, so a client may take its
 * time to send a body.
 *
 * <p>Threads that a request starts do not inherit it: what goes on in the background, or is asked for by several, must
 * not fail because one of them has little left. Confined to the thread of its request.
 */
public final class StoreAllowance {

    private static final ScopedValue<StoreAllowance> CURRENT = ScopedValue.newInstance();
    private static final StoreAllowance UNLIMITED = new StoreAllowance(Long.MAX_VALUE);

    private long left;

    private StoreAllowance(long nanos) {
        this.left = nanos;
    }

    /** Runs a request that waits no longer than {@code most} for the store. */
    public static void grant(Duration most, Runnable request) {
        ScopedValue.where(CURRENT, new StoreAllowance(most.toNanos())).run(request);
    }

    /**
     * Runs what takes time of its own and is not to be cut short, such as a handler or a stream: there each call of the
     * store has the bound of one call.
     */
    public static <T> T apart(Supplier<T> work) {
        return current() == UNLIMITED ? work.get() : ScopedValue.where(CURRENT, UNLIMITED).call(work::get);
    }

    /** That of the request being served; one without end where there is none. */
    public static StoreAllowance current() {
        return CURRENT.orElse(UNLIMITED);
    }

    /** What is left, in nanoseconds; not positive when it is used up. */
    public long nanos() {
        return left;
    }

    /** Counts a wait that is over. */
    public void spend(long nanos) {
        if (this != UNLIMITED) {
            left -= nanos;
        }
    }

    /**
     * Waits for an answer of the store. Whoever runs out of time leaves the question itself alone: others may wait for it.
     *
     * @throws StoreUnavailableException when it does not come in time
     * @throws RuntimeException what the answer failed with
     */
    public <T> T await(CompletableFuture<T> answer) {
        long start = System.nanoTime();
        try {
            return answer.get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new StoreUnavailableException("the store gave no answer in what time the request had left", null);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("the wait for the store was ended", null);
        } finally {
            spend(System.nanoTime() - start);
        }
    }
}
