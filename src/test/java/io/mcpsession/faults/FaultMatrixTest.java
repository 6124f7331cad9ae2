package io.mcpsession.faults;

import io.mcpsession.redis.Topology;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;

/**
 * Each mode and each fault under load. {@code -Dfaults.modes=sentinel,cluster} and {@code -Dfaults.only=KILL,PAUSE}
 * choose some; {@code -Dfaults.short=true} those that tell most.
 */
@Tag("faults")
class FaultMatrixTest {

    private static final Duration BEFORE = Duration.ofSeconds(2);
    private static final Duration AFTER = Duration.ofSeconds(6);
    /** A request waits 1.5 s for Redis in all; the rest is what a busy machine takes. */
    private static final Duration MOST_WAITED = Duration.ofSeconds(2);
    /** A failover takes its time too: until the primary is given up, and until a replica is chosen. */
    private static final Duration MOST_TO_RECOVER = Duration.ofSeconds(8);
    private static final Map<Topology, Set<Fault>> SHORT = Map.of(
            Topology.SINGLE, Set.of(Fault.KILL, Fault.PAUSE, Fault.FULL, Fault.WRONG_ACL, Fault.EMPTY_RESTART),
            Topology.SENTINEL, Set.of(Fault.FAILOVER, Fault.CUT_ANSWERS),
            Topology.CLUSTER, Set.of(Fault.FAILOVER, Fault.SLOT_MOVE, Fault.DELAY),
            Topology.REPLICATED, Set.of(Fault.FAILOVER, Fault.HALF_OPEN));
    private static final List<String> TABLE = new ArrayList<>(List.of(
            "| mode | fault | requests | served | 503 | gone with the data | lost young | wrong | longest wait | back after |",
            "|---|---|---|---|---|---|---|---|---|---|"));

    @TempDir
    private static Path folder;

    @TestFactory
    Stream<DynamicTest> noAnswerIsWrong() {
        List<DynamicTest> chosen = Arrays.stream(Topology.values()).filter(FaultMatrixTest::isChosen)
                .flatMap(topology -> Arrays.stream(Fault.values())
                        .filter(fault -> isChosen(topology, fault))
                        .map(fault -> DynamicTest.dynamicTest(topology + " " + fault.text(), () -> run(topology, fault)))).toList();
        assertThat("faults.modes and faults.only", chosen, is(not(empty())));
        return chosen.stream();
    }

    private static boolean isChosen(Topology topology) {
        return chosen("faults.modes").isEmpty() || chosen("faults.modes").contains(name(topology));
    }

    private static boolean isChosen(Topology topology, Fault fault) {
        boolean possible = switch (fault) {
            case FAILOVER -> topology != Topology.SINGLE;
            case SLOT_MOVE -> topology == Topology.CLUSTER;
            default -> true;
        };
        return possible && (chosen("faults.only").isEmpty() || chosen("faults.only").contains(name(fault)))
                && (!Boolean.getBoolean("faults.short") || SHORT.get(topology).contains(fault));
    }

    private static Set<String> chosen(String property) {
        return Stream.of(System.getProperty(property, "").split(",")).map(String::trim).filter(text -> !text.isEmpty())
                .map(text -> text.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void run(Topology topology, Fault fault) throws Exception {
        Path place = Files.createTempDirectory(folder, name(topology));
        Load.Outcome outcome;
        try (Servers redis = new Servers(topology, place); TestServer server = TestServer.with(settings(redis));
                Load load = new Load(server).begin()) {
            pass(BEFORE);
            load.faultBegins(fault.losesData());
            long begun = System.nanoTime();
            redis.suffer(fault);
            long healed = System.nanoTime();
            pass(AFTER);
            load.close();
            outcome = load.outcome(fault.isLasting() ? begun : healed);
        }
        tell(topology, fault, outcome);
        assertThat(outcome.wrong().toString(), outcome.wrong(), is(Map.of()));
        assertThat(outcome.served(), is(greaterThan(0L)));
        assertThat(outcome.longest(), is(lessThan(MOST_WAITED)));
        assertThat(outcome.recovery(), is(lessThan(MOST_TO_RECOVER)));
    }

    private static Map<String, String> settings(Servers redis) {
        Map<String, String> keys = new HashMap<>(redis.settings());
        keys.putAll(Load.settings());
        keys.put("mcp.session.policy", "strict");
        keys.put("mcp.session.max-per-user", "100000");
        keys.put("mcp.log.audit", "false");
        return keys;
    }

    private static void pass(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private static void tell(Topology topology, Fault fault, Load.Outcome outcome) {
        TABLE.add("| " + name(topology) + " | " + fault.text() + " | " + outcome.requests() + " | " + outcome.served()
                + " | " + outcome.unavailable() + " | " + outcome.lost() + " | " + outcome.youngLost() + " | "
                + (outcome.wrong().isEmpty() ? "0" : outcome.wrong().toString()) + " | " + outcome.longest().toMillis()
                + " ms | " + outcome.recovery().toMillis() + " ms |");
    }

    @AfterAll
    static void print() throws IOException {
        String table = String.join("\n", TABLE) + "\n";
        System.out.println(table);
        Files.writeString(Path.of("target", "faults.md"), table);
    }
}
