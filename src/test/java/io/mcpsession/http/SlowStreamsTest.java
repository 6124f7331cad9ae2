package io.mcpsession.http;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import io.mcpsession.testing.TestTool;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Streams that last, clients that do not read, and very many of both. Takes a minute, so not part of every build. */
@Tag("slow")
class SlowStreamsTest {

    private static final int IDLE_STREAMS = 2000;
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String CALL = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"%s","_meta":{"progressToken":"t"}}}""";

    private EmbeddedRedis redis;
    private TestServer server;
    private final CompletableFuture<Integer> flooded = new CompletableFuture<>();

    @BeforeEach
    void start() {
        redis = EmbeddedRedis.start();
        server = TestServer.on(redis.address(), Map.of("mcp.session.max-per-user", "10000",
                "mcp.limits.open.streams-per-user", "5000", "mcp.limits.open.requests-per-user", "5000"), this::offering);
    }

    @AfterEach
    void stop() {
        server.close();
        redis.close();
    }

    @Test
    void aCallThatReportsProgressForHalfAMinuteGetsEveryReportThrough() {
        McpClient alice = server.alice().initialized();
        long begin = System.nanoTime();

        int reports = 0;
        try (EventSource stream = EventSource.post(alice, CALL.formatted("tick"))) {
            while (!stream.message().json().containsKey("result")) {
                reports++;
            }
        }

        assertThat(reports, is((int) LONG.toSeconds() * 10));
        assertThat(Duration.ofNanos(System.nanoTime() - begin), greaterThan(LONG.minusSeconds(1)));
    }

    @Test
    void aClientThatStopsReadingHoldsUpNeitherTheHandlerNorOthersNorTheMemory() throws Exception {
        McpClient alice = server.alice().initialized();
        long before = residentMegabytes();

        try (Socket deaf = post(alice, CALL.formatted("flood"))) {
            for (int i = 0; i < 100; i++) {
                assertThat(alice.call("ping").status(), is(200));
            }
            int sent = flooded.get(60, TimeUnit.SECONDS);

            System.out.println("stalled client: messages=" + sent + " rss_mb_before=" + before + " rss_mb_after="
                    + residentMegabytes());
            assertThat(residentMegabytes() - before, lessThan(200L));
        }
        long begin = System.nanoTime();
        server.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin), lessThan(Duration.ofSeconds(15)));
    }

    @Test
    void thousandsOfIdleStreamsFitInMemoryAndEndWithTheServer() throws Exception {
        List<Socket> streams = new ArrayList<>();
        long before = residentMegabytes();
        int threads = Thread.activeCount();

        for (int i = 0; i < IDLE_STREAMS; i++) {
            McpClient alice = server.alice().initialized();
            Socket socket = get(alice);
            socket.getInputStream().read();
            streams.add(socket);
        }
        long after = residentMegabytes();
        McpClient alice = server.alice().initialized();
        assertThat(alice.call("ping").status(), is(200));
        long begin = System.nanoTime();
        server.close();
        Duration drained = Duration.ofNanos(System.nanoTime() - begin);

        System.out.println("idle streams: open=" + streams.size() + " rss_mb_before=" + before + " rss_mb_after=" + after
                + " platform_threads_more=" + (Thread.activeCount() - threads) + " drain_ms=" + drained.toMillis());
        assertThat(after - before, lessThan(600L));
        assertThat(drained, lessThan(Duration.ofSeconds(15)));
        for (Socket socket : streams) {
            String rest = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            assertThat(rest, rest.contains("retry: 1000"), is(true));
            socket.close();
        }
    }

    private Socket post(McpClient client, String body) throws IOException {
        return send(client, "POST", "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n", body);
    }

    private Socket get(McpClient client) throws IOException {
        return send(client, "GET", "", "");
    }

    private Socket send(McpClient client, String method, String headers, String body) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort());
        OutputStream out = socket.getOutputStream();
        out.write((method + " /api/mcp HTTP/1.1\r\nHost: localhost\r\nAccept: application/json, text/event-stream\r\n"
                + "Authorization: " + client.header("Authorization") + "\r\nMcp-Session-Id: "
                + client.header("Mcp-Session-Id") + "\r\n" + headers + "\r\n" + body).getBytes(US_ASCII));
        out.flush();
        return socket;
    }

    private static long residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst().orElseThrow();
    }

    private Offering offering(Changes changes) {
        return Offering.ofTools(List.of(
                TestTool.of("tick", (call, _) -> tick(call)), TestTool.of("flood", (call, _) -> flood(call))));
    }

    private static ToolResult tick(Call call) {
        int ticks = (int) LONG.toSeconds() * 10;
        long begin = System.nanoTime();
        for (int i = 1; i <= ticks; i++) {
            LockSupport.parkNanos(begin + i * 100_000_000L - System.nanoTime());
            call.progress(i, ticks, "");
        }
        return ToolResult.text("done");
    }

    private ToolResult flood(Call call) {
        String kilobyte = "x".repeat(1024);
        int messages = 20_000;
        for (int i = 1; i <= messages; i++) {
            call.progress(i, messages, kilobyte);
        }
        flooded.complete(messages);
        return ToolResult.text("done");
    }
}
