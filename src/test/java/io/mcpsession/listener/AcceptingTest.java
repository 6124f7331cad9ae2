package io.mcpsession.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

class AcceptingTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final List<Boolean> told = new ArrayList<>();
    private Accepting accepting;

    @BeforeEach
    void begin() {
        accepting = new Accepting("mcp", nanos::get, () -> told.add(accepting.goesOn()));
        accepting.begins();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void failuresThatLastAreToldOnceAndSoIsTheirEnd() {
        accepting.failed();
        assertThat(accepting.goesOn(), is(true));
        pass(Accepting.PATIENCE);
        accepting.failed();
        accepting.failed();
        assertThat(accepting.goesOn(), is(false));
        accepting.succeeded();
        assertThat(accepting.goesOn(), is(true));
        assertThat(told, contains(false, true));
    }

    @Test
    void failuresWithSuccessesBetweenThemAreNotTold() {
        for (int i = 0; i < 10; i++) {
            accepting.failed();
            pass(Accepting.PATIENCE.dividedBy(2));
            accepting.succeeded();
        }
        assertThat(told, is(empty()));
    }

    @Test
    void aThreadThatClosesItsSocketItselfHasGivenUp() {
        accepting.closed();
        assertThat(accepting.goesOn(), is(false));
        assertThat(told, contains(false));
    }

    @Test
    void aThreadThatEndsWithAnOpenSocketHasGivenUp() {
        accepting.over();
        assertThat(accepting.goesOn(), is(false));
        assertThat(told, contains(false));
    }

    @Test
    void aServerThatIsStoppedIsNotUnhealthy() throws InterruptedException {
        Thread stopper = Thread.ofVirtual().start(accepting::closed);
        stopper.join();
        accepting.over();
        assertThat(accepting.goesOn(), is(true));
        assertThat(told, is(empty()));
    }

    @Test
    void whoFailsAndSucceedsInTurnsDoesNotFillTheLog() {
        assertThat(accepting.failed(), is(true));
        assertThat(accepting.failed(), is(false));
        assertThat(accepting.succeeded(), is(true));
        assertThat(accepting.failed(), is(false));
        assertThat(accepting.succeeded(), is(false));
        pass(Accepting.BETWEEN_LOGS);
        assertThat(accepting.failed(), is(true));
        assertThat(accepting.succeeded(), is(true));
    }
}
