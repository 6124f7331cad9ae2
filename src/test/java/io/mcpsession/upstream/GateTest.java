package io.mcpsession.upstream;

import io.mcpsession.limit.Deadlines.Pause;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Who may call one server. */
class GateTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 100);
    private final Gate gate = new Gate("peer", 1, now::get);

    @Test
    void aCallThatWaitsForAPersonLeavesItsPlaceToOthers() {
        String heard = gate.pass(place -> {
            String busy = assertThrows(UpstreamException.class, () -> gate.pass(_ -> "")).getMessage();
            try (Pause _ = place.pause(); Pause _ = place.pause()) {
                assertThat(gate.pass(_ -> "other"), is("other"));
            }
            return busy;
        });

        assertThat(heard, containsString("too much to do"));
        assertThat(gate.pass(_ -> "free"), is("free"));
    }

    @Test
    void oneThatGoesOnDoesNotWaitForAPlaceAndCountsAgain() {
        gate.pass(place -> {
            Pause pause = place.pause();
            return gate.pass(_ -> {
                pause.close();
                assertThrows(UpstreamException.class, () -> gate.pass(_ -> ""));
                return "";
            });
        });

        assertThat(gate.pass(_ -> "free"), is("free"));
    }

    @Test
    void aCallThatEndsWhileSomebodyIsAskedGivesNothingBackTwice() {
        Pause[] open = new Pause[1];
        gate.pass(place -> {
            open[0] = place.pause();
            return "";
        });
        open[0].close();

        gate.pass(_ -> {
            assertThrows(UpstreamException.class, () -> gate.pass(_ -> ""));
            return "";
        });
    }

    /** Also when the clock of the machine, which may begin anywhere, goes over. */
    @Test
    void afterThreeFailuresOneCallPassesASecond() {
        for (int i = 0; i < 3; i++) {
            gate.failed();
        }
        assertThat(assertThrows(UpstreamException.class, () -> gate.pass(_ -> "")).getMessage(),
                containsString("cannot be reached"));
        now.addAndGet(1_000_000_000L);
        assertThat(gate.pass(_ -> "trial"), is("trial"));
        assertThat(gate.pass(_ -> "open"), is("open"));
    }
}
