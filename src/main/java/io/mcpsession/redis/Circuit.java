package io.mcpsession.redis;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps callers from waiting for who does not answer. After some failures in a row, without a success since the first of
 * them was asked, one caller at a time may try and all others fail at once; the first success lets everybody in again.
 */
final class Circuit {

    private static final int FAILURES = 5;
    private static final long PROBE_NANOS = Duration.ofMillis(100).toNanos();

    private final LongSupplier nanos;
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong nextProbe = new AtomicLong();
    private volatile long lastSuccess;
    private volatile long lastFailure;

    Circuit(LongSupplier nanos) {
        this.nanos = nanos;
        this.lastSuccess = nanos.getAsLong();
        this.lastFailure = lastSuccess;
    }

    /** When there was last no answer, or none of a primary, by the clock given; when this began, if there always was. */
    long lastFailure() {
        return lastFailure;
    }

    /** Whether the caller may ask. */
    boolean admits() {
        if (failures.get() < FAILURES) {
            return true;
        }
        long now = nanos.getAsLong();
        long next = nextProbe.get();
        return now - next >= 0 && nextProbe.compareAndSet(next, now + PROBE_NANOS);
    }

    boolean isOpen() {
        return failures.get() >= FAILURES;
    }

    void succeeded() {
        lastSuccess = nanos.getAsLong();
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /** Who was primary is no more: what it was told last may be lost, but whoever asks is answered at once. */
    void failedOver() {
        lastFailure = nanos.getAsLong();
    }

    /**
     * @param asked when, by the same clock: who had been waiting for long when others were answered says nothing new
     */
    void failed(long asked) {
        lastFailure = nanos.getAsLong();
        if (asked - lastSuccess >= 0 && failures.incrementAndGet() == FAILURES) {
            nextProbe.set(nanos.getAsLong() + PROBE_NANOS);
        }
    }
}
