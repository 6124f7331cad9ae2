package io.mcpsession.tracing;

import com.sun.management.ThreadMXBean;
import com.sun.net.httpserver.HttpServer;
import io.mcpsession.http.RequestSpans;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.redis.RedisObserver;
import io.mcpsession.settings.Settings;
import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;

/** Tracing is off by default and on by configuration alone. */
class TracingSwitchTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final int CALLS = 100_000;

    @Test
    void offByDefaultNothingIsAddedToTheWayOfACall() {
        Tracing off = Tracing.of(Settings.load(Map.of()).tracing(), "pod-7");
        RedisObserver meters = (_, _, _) -> { };

        assertThat(off, is(sameInstance(Tracing.OFF)));
        assertThat(off.http(), is(Optional.empty()));
        assertThat(off.grpc(), is(Optional.empty()));
        assertThat(off.requests(), is(sameInstance(RequestSpans.NONE)));
        assertThat(off.besides(meters), is(sameInstance(meters)));
        assertThat(off.traceparent(), is(Optional.empty()));
    }

    @Test
    void offNoRequestAllocatesAnythingForIt() {
        Message.Request request = new Message.Request(JsonValue.TRUE, "ping", JsonValue.EMPTY_JSON_OBJECT);
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ask(request);
        long before = memory.getCurrentThreadAllocatedBytes();

        ask(request);

        assertThat("allocations are counted", before, is(greaterThan(0L)));
        // Less than one byte a call: the bean itself may take some.
        assertThat(memory.getCurrentThreadAllocatedBytes() - before, is(lessThan((long) CALLS)));
    }

    private static void ask(Message.Request request) {
        RequestSpans spans = Tracing.OFF.requests();
        for (int i = 0; i < CALLS; i++) {
            try (RequestSpans.Answering _ = spans.begin(request)) {
                mustBeEmpty(Tracing.OFF.traceId());
            }
        }
    }

    private static void mustBeEmpty(String trace) {
        if (!trace.isEmpty()) {
            throw new AssertionError(trace);
        }
    }

    @Test
    void onByVariablesAloneItTellsACollectorAndTheLogNamesTheTrace() throws IOException {
        Queue<byte[]> received = new ConcurrentLinkedQueue<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            received.add(exchange.getRequestBody().readAllBytes());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try (ChildServer child = ChildServer.start(Map.of("MCP_DEV_TOKEN", TestServer.ALICE, "MCP_LOG_FORMAT", "json",
                "MCP_TRACING_ENDPOINT", "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces",
                "MCP_TRACING_SERVICE_NAME", "mcp-of-the-test"))) {
            McpClient client = child.client(TestServer.ALICE);
            client.with("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01").call("initialize");
            client.call("initialize");

            String trace = new String(HexFormat.of().parseHex(TRACE), ISO_8859_1);
            eventually(() -> received.stream().map(body -> new String(body, ISO_8859_1))
                    .anyMatch(body -> body.contains(trace) && body.contains("mcp-of-the-test")), is(true));
            child.terminate();
            child.exitStatus(Duration.ofSeconds(20));
            List<String> created = child.errors().lines().filter(line -> line.contains("event=session.create")).toList();
            assertThat(created.getFirst(), containsString("\"trace\":\"" + TRACE + "\""));
            assertThat(created.getLast(), not(containsString(TRACE)));
            assertThat(String.join("", received.stream().map(body -> new String(body, ISO_8859_1)).toList()),
                    not(containsString(TestServer.ALICE)));
        } finally {
            collector.stop(0);
        }
    }

    @Test
    void aCollectorThatDoesNotAnswerHoldsUpNeitherCallsNorTheEnd() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            TestServer server = TestServer.with(Map.of(
                    "mcp.tracing.endpoint", "http://127.0.0.1:" + silent.getLocalPort() + "/v1/traces"));
            McpClient client = server.alice().initialized();
            for (int i = 0; i < 3000; i++) {
                assertThat(client.call("ping").status(), is(200));
            }
            long begin = System.nanoTime();

            server.close();

            assertThat(Duration.ofNanos(System.nanoTime() - begin), is(lessThan(Duration.ofSeconds(5))));
        }
    }
}
