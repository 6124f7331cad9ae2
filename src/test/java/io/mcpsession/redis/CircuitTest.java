package io.mcpsession.redis;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;

class CircuitTest {

    private long now = 1_000_000;
    private final Circuit circuit = new Circuit(() -> now);

    private void pass(long millis) {
        now += Duration.ofMillis(millis).toNanos();
    }

    private void fail(int times) {
        IntStream.range(0, times).forEach(_ -> circuit.failed(now));
    }

    @Test
    void aFewFailuresKeepNobodyAway() {
        fail(4);

        assertThat(circuit.admits(), is(true));
        assertThat(circuit.isOpen(), is(false));
    }

    @Test
    void failuresWithAnswersBetweenThemKeepNobodyAway() {
        for (int i = 0; i < 20; i++) {
            fail(4);
            pass(1);
            circuit.succeeded();
            pass(1);
        }

        assertThat(circuit.admits(), is(true));
    }

    @Test
    void afterFailuresInARowOneCallerAtATimeMayTry() {
        fail(5);

        assertThat(circuit.admits(), is(false));
        pass(100);
        assertThat(circuit.admits(), is(true));
        assertThat(circuit.admits(), is(false));
        pass(100);
        assertThat(circuit.admits(), is(true));
    }

    @Test
    void theFirstAnswerLetsEverybodyIn() {
        fail(50);
        pass(100);
        circuit.admits();
        circuit.succeeded();

        assertThat(circuit.admits(), is(true));
        assertThat(circuit.admits(), is(true));
    }

    @Test
    void whoWasAskedBeforeTheLastAnswerSaysNothingNew() {
        long asked = now;
        pass(1000);
        circuit.succeeded();

        IntStream.range(0, 50).forEach(_ -> circuit.failed(asked));

        assertThat(circuit.admits(), is(true));
    }

    @Test
    void inAClusterEachPartitionHasItsOwnAndElsewhereAllHaveOne() {
        Circuits cluster = new Circuits(Topology.CLUSTER, () -> now);
        Circuits single = new Circuits(Topology.SINGLE, () -> now);

        assertThat(cluster.of("lookup", "mcp:session:{1}"), is(sameInstance(cluster.of("create", "mcp:user:{1}:x"))));
        assertThat(cluster.of("lookup", "mcp:session:{1}"), is(not(sameInstance(cluster.of("lookup", "mcp:session:{2}")))));
        assertThat(cluster.of("token-find", ""), is(sameInstance(cluster.of("token-find", ""))));
        assertThat(single.of("lookup", "mcp:session:{1}"), is(sameInstance(single.of("token-find", ""))));
    }
}
