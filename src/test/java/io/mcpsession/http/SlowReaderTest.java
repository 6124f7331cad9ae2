package io.mcpsession.http;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestServer;
import io.mcpsession.testing.TestTool;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** A tool sends more, and faster, than its client reads. */
@Timeout(120)
class SlowReaderTest {

    private static final int REPORTS = 400;
    private static final int REPORT_CHARACTERS = 150_000;
    private static final Duration PAUSE = Duration.ofMillis(4);
    private static final String CALL = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"%s","_meta":{"progressToken":"t"}}}""";

    private EmbeddedRedis redis;
    private TestServer server;
    private final CompletableFuture<Void> flooded = new CompletableFuture<>();

    @BeforeEach
    void start() {
        redis = EmbeddedRedis.start();
        server = TestServer.on(redis.address(), Map.of("mcp.http.http2", "true", "mcp.http.read-patience", "2s", "mcp.tools.timeout", "1500ms",
                        "mcp.tools.limits.0.tool", "silent", "mcp.tools.limits.0.timeout", "30s"),
                this::offering);
    }

    @AfterEach
    void stop() {
        server.close();
        redis.close();
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void getsEveryReportAndTheResultThoughTheToolHasLessTimeThanItReads(Version http) {
        McpClient alice = server.alice().initialized();

        try (EventSource stream = EventSource.post(http, alice, CALL.formatted("flood"))) {
            assertThat(progress(stream), is(IntStream.rangeClosed(1, REPORTS).boxed().toList()));
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void getsEveryReportAndTheResultInTheStatelessEra(Version http) {
        JsonObject params = Json.createObjectBuilder().add("name", "flood")
                .add("_meta", Json.createObjectBuilder().add("progressToken", "t")).build();
        McpClient alice = server.alice().with(Stateless.headers("tools/call", params));

        try (EventSource stream = EventSource.post(http, alice, Stateless.of(alice).request("tools/call", params))) {
            assertThat(progress(stream), is(IntStream.rangeClosed(1, REPORTS).boxed().toList()));
        }
    }

    /** Progress up to the result, read slowly. */
    private static List<Integer> progress(EventSource stream) {
        List<Integer> seen = new ArrayList<>();
        for (JsonObject message = stream.message().json(); !message.containsKey("result");
                message = stream.message().json()) {
            seen.add(message.getJsonObject("params").getInt("progress"));
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        assertThat(stream.next(), is(Optional.empty()));
        return seen;
    }

    @Test
    void whoReadsNothingLosesTheStreamAndGetsTheResultWhenHeResumes() throws Exception {
        McpClient alice = server.alice().initialized();

        try (Socket deaf = post(alice, CALL.formatted("flood"))) {
            String first = firstEventId(deaf);
            flooded.get(60, TimeUnit.SECONDS);

            try (EventSource rest = EventSource.get(alice.with("Last-Event-ID", first))) {
                JsonObject message = rest.message().json();
                while (!message.containsKey("result")) {
                    message = rest.message().json();
                }
                assertThat(rest.next(), is(Optional.empty()));
            }
        }
    }

    @Test
    void doesNotKeepOtherCallsFromOpeningTheirStreams() throws Exception {
        McpClient alice = server.alice().initialized();

        try (Socket deaf = post(alice, CALL.formatted("flood"))) {
            firstEventId(deaf);
            long begin = System.nanoTime();
            try (EventSource stream = EventSource.post(server.bob().initialized(), CALL.formatted("silent"))) {
                assertThat(stream.status(), is(200));
                assertThat(Duration.ofNanos(System.nanoTime() - begin), is(lessThan(Duration.ofSeconds(6))));
            }
        }
    }

    private Socket post(McpClient client, String body) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 * 1024);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.endpoint().getPort()));
        socket.getOutputStream().write(("POST /api/mcp HTTP/1.1\r\nHost: localhost\r\n"
                + "Accept: application/json, text/event-stream\r\nAuthorization: " + client.header("Authorization")
                + "\r\nMcp-Session-Id: " + client.header("Mcp-Session-Id")
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(US_ASCII));
        return socket;
    }

    /** Reads so far and no further. */
    private static String firstEventId(Socket socket) throws IOException {
        StringBuilder read = new StringBuilder();
        while (!read.toString().contains("\ndata:")) {
            read.append((char) socket.getInputStream().read());
        }
        return read.substring(read.indexOf("id: ") + 4).lines().findFirst().orElseThrow();
    }

    private Offering offering(Changes changes) {
        return Offering.ofTools(List.of(
                TestTool.of("flood", (call, _) -> flood(call)), TestTool.of("silent", (_, _) -> silent())));
    }

    private ToolResult flood(Call call) {
        String much = "x".repeat(REPORT_CHARACTERS);
        for (int i = 1; i <= REPORTS; i++) {
            call.progress(i, REPORTS, much);
        }
        flooded.complete(null);
        return ToolResult.text("done");
    }

    private static ToolResult silent() {
        LockSupport.parkNanos(Duration.ofSeconds(4).toNanos());
        return ToolResult.text("done");
    }
}
