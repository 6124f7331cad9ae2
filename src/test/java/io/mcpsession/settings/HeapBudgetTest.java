package io.mcpsession.settings;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

class HeapBudgetTest {

    private static final long POD = 230L << 20;

    private static HeapBudget of(long heap, Map<String, String> set) {
        Map<String, String> all = new HashMap<>(Map.of("mcp.http.http2", "false", "mcp.http.held-body-bytes", "0",
                "mcp.limits.open.queued-bytes", "0", "server.sockets.0.name", "mcp", "server.sockets.1.name", "admin"));
        all.putAll(set);
        Config config = Config.just(ConfigSources.create(all));
        return HeapBudget.read(new Keys(config), config.get("server"), heap);
    }

    @Test
    void whatNobodySetIsAShareOfTheHeap() {
        HeapBudget pod = of(POD, Map.of());
        HeapBudget larger = of(4 * POD, Map.of());

        assertThat(pod.publicConnections().count(), is(3532L));
        assertThat(pod.internalConnections().count(), is(220L));
        assertThat(pod.queued().count(), is(POD / 10));
        assertThat(larger.publicConnections().count(), is(greaterThan(3 * 3532L)));
        assertThat(larger.bodies().count(), is(greaterThan(3 * pod.bodies().count())));
    }

    /** Nobody could do anything about it. */
    @ParameterizedTest
    @ValueSource(longs = {16, 64, 128, 230, 1024, 16_384})
    void itFitsAnyHeap(long megabytes) {
        of(megabytes << 20, Map.of()).mustFit();
        of(megabytes << 20, Map.of("mcp.http.http2", "true")).mustFit();
    }

    /** With the idle server; the table in application.yaml says the same. */
    @Test
    void thePodsHeapHasRoomForAllOfIt() {
        HeapBudget pod = of(POD, Map.of());
        long all = (24L << 20) + pod.publicConnections().count() * 20 * 1024 + pod.internalConnections().count() * 64 * 1024
                + pod.adminConnections().count() * 20 * 1024 + pod.headers().count() + pod.bodies().count()
                + pod.upstreams().count() + pod.queued().count() + pod.messages().count();

        assertThat(all, is(lessThanOrEqualTo(POD)));
    }

    @ParameterizedTest
    @CsvSource({"server.sockets.0.max-tcp-connections, 16384", "server.max-tcp-connections, 10000",
            "server.sockets.1.max-tcp-connections, 16384", "mcp.http.held-body-bytes, 200000000",
            "mcp.limits.open.queued-bytes, 200000000"})
    void whatIsSetAndDoesNotFitIsRefusedByItsKey(String key, String value) {
        HeapBudget budget = of(POD, Map.of(key, value, "server.shutdown-grace-period", "PT1S"));

        String message = assertThrows(SettingsException.class, budget::mustFit).getMessage();

        assertThat(message, allOf(containsString(key.substring(key.lastIndexOf('.') + 1)), containsString(value),
                containsString("give at most ")));
        String most = message.replaceAll(".*give at most (\\d+).*", "$1");
        of(POD, Map.of(key, most)).mustFit();
    }

    @Test
    void whatIsSetAndFitsIsTaken() {
        HeapBudget budget = of(POD, Map.of("server.sockets.0.max-tcp-connections", "1000", "mcp.http.held-body-bytes", "1000000"));

        budget.mustFit();

        assertThat(budget.publicConnections().count(), is(1000L));
        assertThat(budget.bodies().count(), is(1_000_000L));
    }

    @Test
    void noLimitIsAsManyAsFit() {
        assertThat(of(POD, Map.of("server.sockets.0.max-tcp-connections", "-1")).publicConnections().count(), is(3532L));
    }

    @Test
    void isOneLineOfTheLog() {
        assertThat(of(POD, Map.of()).toString(), startsWith("heap budget heap_bytes=" + POD + " public_connections=3532 "));
    }
}
