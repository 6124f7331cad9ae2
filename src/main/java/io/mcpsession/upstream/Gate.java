package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.limit.Deadlines.Pause;
import io.mcpsession.mcpclient.SessionLostException;
import io.mcpsession.mcpclient.UnreachableException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The way to one server: so many calls at once, and none while it is known not to answer. */
final class Gate {

    private static final int FAILURES = 3;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** A short crowd may wait; more would only pile up. */
    private static final Duration WAIT = Duration.ofSeconds(1);

    private final String name;
    private final Places places;
    private final Breaker breaker;

    /**
     * @param nanos monotonic time
     */
    Gate(String name, int concurrency, LongSupplier nanos) {
        this.name = name;
        this.places = new Places(concurrency);
        this.breaker = new Breaker(FAILURES, PAUSE, nanos);
    }

    /**
     * Makes a call.
     *
     * @param call given the place it holds
     * @throws UpstreamException when it may not be made, or the server could not be reached
     */
    <T> T pass(Function<Place, T> call) {
        if (!breaker.admits()) {
            throw UpstreamException.away(name);
        }
        enter();
        try (Place place = new Place(places)) {
            T result = call.apply(place);
            breaker.succeeded();
            return result;
        } catch (RpcException | SessionLostException e) {
            // It does answer.
            breaker.succeeded();
            throw e;
        } catch (UnreachableException e) {
            breaker.failed();
            throw UpstreamException.of(name, e);
        }
    }

    private void enter() {
        boolean entered;
        try {
            entered = places.tryAcquire(WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            entered = false;
        }
        if (!entered) {
            throw UpstreamException.busy(name);
        }
    }

    /** It was reached on another way. */
    void open() {
        breaker.succeeded();
    }

    /** It was not, or a call took too long. */
    void failed() {
        breaker.failed();
    }

    private static final class Places extends Semaphore {

        Places(int count) {
            super(count);
        }

        /** Takes one even when there is none: what goes on has been let in before. */
        void takeAnyway() {
            reducePermits(1);
        }
    }

    /** The place of one call, which others may have while the call waits for a person. Thread-safe. */
    static final class Place implements AutoCloseable {

        private final Places places;
        private int pauses;
        private boolean over;

        private Place(Places places) {
            this.places = places;
        }

        /** Gives it up until the pause is over. May be nested. */
        synchronized Pause pause() {
            if (pauses++ == 0 && !over) {
                places.release();
            }
            return this::resume;
        }

        private synchronized void resume() {
            if (--pauses == 0 && !over) {
                places.takeAnyway();
            }
        }

        @Override
        public synchronized void close() {
            over = true;
            if (pauses == 0) {
                places.release();
            }
        }
    }
}
