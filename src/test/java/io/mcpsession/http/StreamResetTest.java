package io.mcpsession.http;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolDescription.Hints;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.http2.HeaderBlock;
import io.mcpsession.http2.RawHttp2;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.StackTraces;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Clients that leave a connection of HTTP/2 which others go on with, as behind every proxy. */
@Timeout(120)
class StreamResetTest {

    private static final int CALLS = 100;
    private static final int OK = 8;
    private static final int AUTHORIZATION = 23;
    private static final int CONTENT_TYPE = 31;
    private static final int ACCEPT = 19;
    private static final JsonObject WAIT = Json.createObjectBuilder().add("name", WaitingTool.NAME).build();
    private static final JsonObject WAIT_AND_TELL = Json.createObjectBuilder(WAIT)
            .add("_meta", Json.createObjectBuilder().add("progressToken", "p")).build();
    private static final JsonObject LISTEN = Json.createObjectBuilder().add("notifications",
            Json.createObjectBuilder().add("toolsListChanged", true)).build();

    private static final WaitingTool TOOL = new WaitingTool();
    private static TestServer server;

    private RawHttp2 connection;

    /** How a client leaves. */
    enum Leaving {
        RESETS_ITS_STREAMS {
            @Override
            void leave(RawHttp2 connection, int streams) throws IOException {
                for (int i = 0; i < streams; i++) {
                    connection.cancel(2 * i + 1);
                }
            }
        },
        SAYS_GOODBYE {
            @Override
            void leave(RawHttp2 connection, int streams) throws IOException {
                connection.send(RawHttp2.frame(RawHttp2.GOAWAY, 0, 0, new byte[8]));
            }
        },
        CLOSES_THE_CONNECTION {
            @Override
            void leave(RawHttp2 connection, int streams) throws IOException {
                connection.close();
            }
        },
        BREAKS_THE_PROTOCOL {
            @Override
            void leave(RawHttp2 connection, int streams) throws IOException {
                // Streams of clients have odd numbers.
                connection.request(1000, HeaderBlock.request());
            }
        };

        abstract void leave(RawHttp2 connection, int streams) throws IOException;
    }

    @BeforeAll
    static void start() {
        server = TestServer.embedded(Map.of("mcp.http.http2", "true", "mcp.session.max-per-user", "1000"), Offering.ofTools(List.of(TOOL, new InterruptedTool())));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() throws IOException {
        connection = RawHttp2.connect(server.endpoint().getPort());
        TOOL.cancelled.set(0);
        TOOL.finished.set(0);
    }

    @AfterEach
    void disconnect() throws IOException {
        connection.close();
        TOOL.permits.release(10 * CALLS);
        eventually(StreamResetTest::running, is(0L));
        TOOL.permits.drainPermits();
    }

    @ParameterizedTest
    @EnumSource
    void streamsOfThoseWhoListenEnd(Leaving leaving) throws IOException {
        for (int i = 0; i < CALLS; i++) {
            post(2 * i + 1, "subscriptions/listen", LISTEN);
        }
        eventually(StreamResetTest::open, is((long) CALLS));

        leaving.leave(connection, CALLS);

        atOnce(StreamResetTest::open, is(0L));
        nothingIsLeft(leaving);
    }

    @ParameterizedTest
    @EnumSource
    void streamsOfServerMessagesEnd(Leaving leaving) throws IOException {
        int streams = 20;
        for (int i = 0; i < streams; i++) {
            McpClient session = server.alice().initialized();
            connection.request(2 * i + 1, headers("GET", "text/event-stream")
                    .passing("mcp-session-id", session.header("Mcp-Session-Id")));
        }
        eventually(StreamResetTest::open, is((long) streams));

        leaving.leave(connection, streams);

        atOnce(StreamResetTest::open, is(0L));
        nothingIsLeft(leaving);
    }

    @ParameterizedTest
    @EnumSource
    void callsWithoutASessionAreCancelled(Leaving leaving) throws IOException {
        for (int i = 0; i < CALLS; i++) {
            post(2 * i + 1, "tools/call", i % 2 == 0 ? WAIT : WAIT_AND_TELL);
        }
        eventually(TOOL.waiting::get, is(CALLS));

        leaving.leave(connection, CALLS);

        atOnce(TOOL.cancelled::get, is(CALLS));
        nothingIsLeft(leaving);
    }

    @ParameterizedTest
    @EnumSource
    void callsOfASessionGoOnAndCanBeResumed(Leaving leaving) throws IOException {
        McpClient session = server.alice().initialized();
        String body = "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":" + WAIT_AND_TELL + "}";
        connection.begin(1, headers("POST", "application/json, text/event-stream")
                .passing(CONTENT_TYPE, "application/json")
                .passing("mcp-session-id", session.header("Mcp-Session-Id")));
        connection.send(RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, body.getBytes(UTF_8)));
        String id = firstId();

        leaving.leave(connection, 1);
        eventually(() -> StackTraces.within("io.mcpsession.http.EventStream.write"), is(0L));

        TOOL.permits.release();
        eventually(TOOL.finished::get, is(1));
        assertThat(TOOL.cancelled.get(), is(0));
        try (EventSource rest = EventSource.get(session.with("Last-Event-ID", id))) {
            JsonObject message = rest.message().json();
            while (message.containsKey("method")) {
                message = rest.message().json();
            }
            assertThat(message.getInt("id"), is(5));
        }
    }

    /** Reads until the first event has an id. */
    private String firstId() throws IOException {
        String read = connection.content(1, "id: [^\n]+\n");
        return read.substring(read.indexOf("id: ") + 4).lines().findFirst().orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void requestsThatAreNotWholeAreForgotten(Leaving leaving) throws IOException {
        for (int i = 0; i < CALLS; i++) {
            connection.begin(2 * i + 1, headers("POST", "application/json, text/event-stream")
                    .passing(CONTENT_TYPE, "application/json"));
        }
        eventually(StreamResetTest::running, is((long) CALLS));

        leaving.leave(connection, CALLS);

        nothingIsLeft(leaving);
    }

    @ParameterizedTest
    @EnumSource
    void answersThatDoNotFitAreGivenUp(Leaving leaving) throws IOException {
        windowOf(0);
        for (int i = 0; i < CALLS; i++) {
            post(2 * i + 1, i % 2 == 0 ? "tools/list" : "subscriptions/listen", i % 2 == 0 ? Json.createObjectBuilder().build() : LISTEN);
        }
        eventually(StreamResetTest::running, is((long) CALLS));

        leaving.leave(connection, CALLS);

        nothingIsLeft(leaving);
        windowOf(65_535);
    }

    private void windowOf(int bytes) throws IOException {
        try {
            connection.send(RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, (byte) 0, (byte) 4, (byte) (bytes >>> 24),
                    (byte) (bytes >>> 16), (byte) (bytes >>> 8), (byte) bytes));
        } catch (IOException e) {
            // The connection is gone, as it may be.
        }
    }

    @Test
    void resetsThatCrossTheAnswerHarmNobody() throws IOException {
        for (int i = 0; i < 300; i++) {
            post(2 * i + 1, "tools/list", Json.createObjectBuilder().build());
            connection.cancel(2 * i + 1);
            connection.cancel(2 * i + 1);
        }
        nothingIsLeft(Leaving.RESETS_ITS_STREAMS);
    }

    @Test
    void nothingIsSaidOnAStreamThatWasReset() throws IOException {
        post(1, "tools/call", WAIT_AND_TELL);
        eventually(TOOL.waiting::get, is(1));
        assertThat(connection.outcome(1), is(OK));

        connection.cancel(1);
        atOnce(TOOL.cancelled::get, is(1));
        connection.settle();

        // Longer than the silence after which a comment would be sent.
        assertThat(connection.framesWithin(Duration.ofMillis(1500)), is(0));
    }

    @Test
    void aToolThatLeavesItsThreadInterruptedHarmsNobody() throws IOException {
        post(1, "subscriptions/listen", LISTEN);
        eventually(StreamResetTest::open, is(1L));

        post(3, "tools/call", Json.createObjectBuilder().add("name", "interrupted").build());

        assertThat(connection.content(3), containsString("interrupted"));
        post(5, "tools/list", Json.createObjectBuilder().build());
        assertThat(connection.outcome(5), is(OK));
        assertThat(open(), is(1L));
    }

    private void nothingIsLeft(Leaving leaving) throws IOException {
        atOnce(StreamResetTest::running, is(0L));
        atOnce(TOOL.waiting::get, is(0));
        eventually(() -> StackTraces.within("io.mcpsession.http.EventStream.write"), is(0L));
        eventually(() -> StackTraces.within("io.helidon.webserver.http2.Http2ServerStream.run"), is(0L));
        if (leaving == Leaving.RESETS_ITS_STREAMS) {
            windowOf(65_535);
            post(9001, "tools/list", Json.createObjectBuilder().build());
            assertThat(connection.outcome(9001), is(OK));
        }
    }

    private static <T> void atOnce(Callable<T> question, Matcher<? super T> matcher) {
        long begin = System.nanoTime();
        eventually(question, matcher);
        assertThat(Duration.ofNanos(System.nanoTime() - begin), lessThan(Duration.ofSeconds(2)));
    }

    /** How many streams are kept open. Metrics are of the JVM, and so of other tests as well. */
    private static long open() {
        return StackTraces.within("io.mcpsession.http.OpenStreams.run");
    }

    /** How many calls have a thread. */
    private static long running() {
        return StackTraces.within("io.mcpsession.ops.HttpCalls.filter");
    }

    private static HeaderBlock headers(String method, String accept) {
        return HeaderBlock.request(method, "/api/mcp").passing(AUTHORIZATION, "Bearer " + TestServer.ALICE)
                .passing(ACCEPT, accept);
    }

    private void post(int stream, String method, JsonObject params) throws IOException {
        String[] said = Stateless.headers(method, params);
        HeaderBlock headers = headers("POST", "application/json, text/event-stream")
                .passing(CONTENT_TYPE, "application/json");
        IntStream.range(0, said.length / 2)
                .forEach(i -> headers.passing(said[2 * i].toLowerCase(Locale.ROOT), said[2 * i + 1]));
        connection.begin(stream, headers);
        connection.send(RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream,
                Stateless.of(server.alice()).request(method, params).getBytes(UTF_8)));
    }

    /** A tool that was asked to stop, and says so when it is done, as Java's rules for interruption want it. */
    private record InterruptedTool() implements Tool {

        @Override
        public ToolDescription description() {
            return new ToolDescription("interrupted", "interrupted", "interrupted", JsonValue.EMPTY_JSON_OBJECT,
                    Optional.empty(), new Hints(true, false, true, false));
        }

        @Override
        public ToolResult call(Call call, Arguments arguments) {
            Thread.currentThread().interrupt();
            return ToolResult.text("interrupted");
        }
    }
}
