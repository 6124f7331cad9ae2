package io.mcpsession.upstream;

import java.time.Duration;
import java.time.InstantSource;

/**
 * Keeps calls away from a server that does not answer: opens after some failures in a row, and lets one call through now
 * and then to see. Helidon's own cannot be had in Helidon's version (its 4.5.0 does not resolve).
 */
final class Breaker {

    private final int failuresToOpen;
    private final Duration pause;
    private final InstantSource clock;
    private int failures;
    private long openUntil;

    /**
     * @param failuresToOpen in a row
     * @param pause          from one trial to the next
     */
    Breaker(int failuresToOpen, Duration pause, InstantSource clock) {
        this.failuresToOpen = failuresToOpen;
        this.pause = pause;
        this.clock = clock;
    }

    /** Whether a call may pass. Of several who ask while it is open, one may after each pause. */
    synchronized boolean admits() {
        if (failures < failuresToOpen) {
            return true;
        }
        long now = clock.millis();
        if (now < openUntil) {
            return false;
        }
        openUntil = now + pause.toMillis();
        return true;
    }

    synchronized void succeeded() {
        failures = 0;
    }

    synchronized void failed() {
        failures = Math.min(failures + 1, failuresToOpen);
        openUntil = clock.millis() + pause.toMillis();
    }
}
