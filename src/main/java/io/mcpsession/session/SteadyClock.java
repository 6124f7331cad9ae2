package io.mcpsession.session;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * For durations within this process: it runs on when the wall clock is set, back or forth. What it tells is about the
 * time of day, and nothing that leaves the process may depend on it. Thread-safe.
 */
public final class SteadyClock implements InstantSource {

    private final LongSupplier nanos;
    private final long begin;
    private final Instant epoch;

    /** Begins with the time of day. */
    public SteadyClock() {
        this(System::nanoTime, InstantSource.system());
    }

    SteadyClock(LongSupplier nanos, InstantSource wall) {
        this.nanos = nanos;
        this.begin = nanos.getAsLong();
        this.epoch = wall.instant();
    }

    @Override
    public Instant instant() {
        return epoch.plusNanos(nanos.getAsLong() - begin);
    }
}
