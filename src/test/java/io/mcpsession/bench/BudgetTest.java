package io.mcpsession.bench;

import io.mcpsession.testing.PlainRedis;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

/**
 * What one client's request costs, by count. The cheapest of some batches counts: whatever the server does besides, in
 * its own time, can only add to a batch.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BudgetTest {

    private static final int BATCHES = 3;
    private static final int BATCH = 300;
    private static final String MARK = "end of the batch";
    /** What the server sends for fewer requests than one in four it sends in its own time, such as for a sweep. */
    private static final int SELDOM = BATCH / 4;
    /** Nothing that depends on how far the compiler or the heap has come. */
    private static final List<String> FLAGS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");

    private UnderTest server;
    private Kinds kinds;
    private Map<String, Kind> byName;

    @BeforeAll
    void start() throws IOException {
        server = UnderTest.start(FLAGS);
        kinds = new Kinds(server, UnderTest.USERS);
        byName = Stream.of(kinds.http(), kinds.grpc()).flatMap(List::stream)
                .collect(Collectors.toMap(Kind::name, Function.identity()));
    }

    @AfterAll
    void stop() throws IOException {
        kinds.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void aRequestTakesNoMoreCommandsToRedisThanItsBudget(Budget budget) throws Exception {
        try (Caller caller = byName.get(budget.kind).calls().open();
                RedisMonitor monitor = new RedisMonitor(server.redis());
                PlainRedis redis = new PlainRedis(server.redis())) {
            // What is done once, such as loading a script, is not a request's.
            caller.once();
            long least = Long.MAX_VALUE;
            for (int batch = 0; batch < BATCHES; batch++) {
                redis.call("ECHO", MARK);
                monitor.until(command -> command.contains(MARK));
                repeat(caller);
                redis.call("ECHO", MARK);
                least = Math.min(least, sentForRequests(monitor.until(command -> command.contains(MARK))));
            }
            assertThat(least, lessThanOrEqualTo((long) budget.commands * BATCH));
        }
    }

    private static long sentForRequests(List<List<String>> commands) {
        return commands.stream()
                .collect(Collectors.groupingBy(BudgetTest::nameAndScript, Collectors.counting()))
                .values().stream().mapToLong(Long::longValue).filter(count -> count >= SELDOM).sum();
    }

    private static String nameAndScript(List<String> command) {
        return command.stream().limit(command.getFirst().equalsIgnoreCase("evalsha") ? 2 : 1)
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @EnumSource
    void aRequestAllocatesNoMoreThanItsBudget(Budget budget) throws Exception {
        try (Caller caller = byName.get(budget.kind).calls().open()) {
            repeat(caller);
            double least = Double.MAX_VALUE;
            for (int batch = 0; batch < BATCHES; batch++) {
                UnderTest.Counted before = server.counted();
                repeat(caller);
                least = Math.min(least, server.counted().since(before, BATCH).allocated());
            }
            System.out.printf(Locale.ROOT, "budget: %s allocates %,.0f bytes of %,.0f%s%n", budget.kind, least,
                    budget.bytes, budget.isGenerousFor(least) ? ": it has become cheaper, renew the budget" : "");
            assertThat(least, lessThanOrEqualTo(budget.mostBytes()));
        }
    }

    private static void repeat(Caller caller) throws Exception {
        for (int i = 0; i < BATCH; i++) {
            caller.once();
        }
    }
}
