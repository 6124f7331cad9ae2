package io.mcpsession.session;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

class SteadyClockTest {

    private static final Instant BEGIN = Instant.parse("2026-11-28T12:00:00Z");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicReference<Instant> wall = new AtomicReference<>(BEGIN);
    private final SteadyClock clock = new SteadyClock(nanos::get, wall::get);

    @Test
    void runsOnWhenTheWallClockIsSet() {
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        wall.set(BEGIN.minus(Duration.ofHours(1)));
        assertThat(clock.instant(), is(BEGIN.plusSeconds(3)));

        wall.set(BEGIN.plus(Duration.ofHours(1)));
        assertThat(clock.instant(), is(BEGIN.plusSeconds(3)));
    }
}
