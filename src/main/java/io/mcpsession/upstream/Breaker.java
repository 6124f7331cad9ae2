package io.mcpsession.upstream;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps calls away from a server that does not answer: opens after some failures in a row, and lets one call through now
 * and then to see. Not Helidon's (io.helidon.fault-tolerance): that one counts what passes through it, and this one also
 * hears what becomes of the looks at the server's lists.
 */
final class Breaker {

    private final int failuresToOpen;
    private final long pause;
    private final LongSupplier nanos;
    private int failures;
    private long openSince;

    /**
     * @param failuresToOpen in a row
     * @param pause          from one trial to the next
     * @param nanos          monotonic time, as of {@link System#nanoTime}
     */
    Breaker(int failuresToOpen, Duration pause, LongSupplier nanos) {
        this.failuresToOpen = failuresToOpen;
        this.pause = pause.toNanos();
        this.nanos = nanos;
    }

    /** Whether a call may pass. Of several who ask while it is open, one may after each pause. */
    synchronized boolean admits() {
        if (failures < failuresToOpen) {
            return true;
        }
        long now = nanos.getAsLong();
        if (now - openSince < pause) {
            return false;
        }
        openSince = now;
        return true;
    }

    synchronized void succeeded() {
        failures = 0;
    }

    synchronized void failed() {
        failures = Math.min(failures + 1, failuresToOpen);
        openSince = nanos.getAsLong();
    }
}
