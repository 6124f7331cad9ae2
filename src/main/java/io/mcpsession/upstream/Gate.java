package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcpclient.SessionLostException;
import io.mcpsession.mcpclient.UnreachableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The way to one server: so many calls at once, and none while it is known not to answer. */
final class Gate {

    private static final int FAILURES = 3;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** A short crowd may wait; more would only pile up. */
    private static final Duration WAIT = Duration.ofSeconds(1);

    private final String name;
    private final Semaphore places;
    private final Breaker breaker;

    Gate(String name, int concurrency, InstantSource clock) {
        this.name = name;
        this.places = new Semaphore(concurrency);
        this.breaker = new Breaker(FAILURES, PAUSE, clock);
    }

    /**
     * Makes a call.
     *
     * @throws UpstreamException when it may not be made, or the server could not be reached
     */
    <T> T pass(Supplier<T> call) {
        if (!breaker.admits()) {
            throw UpstreamException.away(name);
        }
        enter();
        try {
            T result = call.get();
            breaker.succeeded();
            return result;
        } catch (RpcException | SessionLostException e) {
            // It does answer.
            breaker.succeeded();
            throw e;
        } catch (UnreachableException e) {
            breaker.failed();
            throw UpstreamException.of(name, e);
        } finally {
            places.release();
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

    /** It was not. */
    void failed() {
        breaker.failed();
    }
}
