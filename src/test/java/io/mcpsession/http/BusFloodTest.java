package io.mcpsession.http;

import io.mcpsession.handler.CallCancelledException;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import io.mcpsession.testing.TestTool;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.startsWith;

/** What one client can write to the log that all replicas read, and have read from there. */
class BusFloodTest {

    private static final String BUS = "mcp:bus";
    private static final String ANSWER = """
            {"jsonrpc":"2.0","id":"%s","result":{"action":"accept","content":{"name":"%s"}}}""";
    private static final String CANCEL = """
            {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%s}}""";
    private static final String ASK = """
            {"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"ask"}}""";
    private static final String WAIT = """
            {"jsonrpc":"2.0","id":"%1$s","method":"tools/call","params":{"name":"wait",
             "arguments":{"name":"%1$s"},"_meta":{"progressToken":"t"}}}""";

    private static final BlockingQueue<String> CANCELLED = new LinkedBlockingQueue<>();

    private static EmbeddedRedis redis;
    private static PlainRedis raw;
    private static TestServer a;
    private static TestServer b;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        raw = new PlainRedis(redis.address());
        a = TestServer.on(redis.address(), Map.of(), _ -> offering());
        b = TestServer.on(redis.address(), Map.of(), _ -> offering());
    }

    @AfterAll
    static void stop() {
        a.close();
        b.close();
        raw.close();
        redis.close();
    }

    private static McpClient initialized(String version) {
        McpClient alice = a.alice();
        return alice.in(alice.post("""
                {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"%s",
                 "capabilities":{"elicitation":{}},"clientInfo":{"name":"test","version":"1"}}}""".formatted(version))
                .session());
    }

    private static long added(Runnable work) {
        long before = written();
        work.run();
        return written() - before;
    }

    private static long written() {
        return Long.parseLong(raw.call("XLEN", BUS).orElseThrow());
    }

    private static long largestEvent() {
        return Long.parseLong(raw.call("EVAL", """
                local largest = 0
                for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
                  largest = math.max(largest, #entry[2][2])
                end
                return largest""", "1", BUS).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-03-26", "2025-06-18", "2025-11-25"})
    void answersToQuestionsNobodyAskedGoNowhere(String version) {
        McpClient alice = initialized(version);
        String much = "x".repeat(1_000_000);

        assertThat(added(() -> {
            for (int i = 0; i < 20; i++) {
                assertThat(alice.at(b.endpoint()).post(ANSWER.formatted("never-asked-" + i, much)).status(), is(202));
            }
        }), is(0L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-03-26", "2025-06-18", "2025-11-25"})
    void cancellationsOfCallsThatDoNotRunGoNowhere(String version) {
        McpClient alice = initialized(version).at(b.endpoint());
        String much = '"' + "x".repeat(3_900_000) + '"';

        assertThat(added(() -> {
            assertThat(alice.post(CANCEL.formatted(much)).status(), is(202));
            for (int i = 0; i < 100; i++) {
                assertThat(alice.post(CANCEL.formatted(i)).status(), is(202));
            }
            assertThat(alice.post(CANCEL.formatted("1" + "0".repeat(300))).status(), is(202));
            assertThat(alice.post(CANCEL.formatted("{}")).status(), is(202));
        }), is(0L));
        assertThat("words left for calls that come", largestSet(), lessThan(33L));
    }

    private static long largestSet() {
        return Long.parseLong(raw.call("EVAL", """
                local largest = 0
                for _, key in ipairs(redis.call('KEYS', 'mcp:stream:*:words')) do
                  largest = math.max(largest, redis.call('SCARD', key))
                end
                return largest""", "0").orElseThrow());
    }

    @Test
    void anIdThatIsNoIdIsRefused() {
        McpClient alice = initialized("2025-11-25");

        var answer = alice.post("{\"jsonrpc\":\"2.0\",\"id\":\"" + "x".repeat(100_000) + "\",\"method\":\"ping\"}");

        assertThat(answer.status(), is(400));
        assertThat(answer.errorMessage(), startsWith("Invalid Request: id must be"));
        assertThat(answer.body().length(), lessThan(1000));
    }

    @Test
    void aLongAnswerReachesTheReplicaThatAskedThoughTheBusTakesLittle() {
        McpClient alice = initialized("2025-11-25");
        String much = "x\u00e9".repeat(100_000);

        try (EventSource stream = EventSource.post(alice.at(a.endpoint()), ASK)) {
            String id = stream.message().json().getString("id");
            assertThat(added(() -> {
                for (int i = 0; i < 5; i++) {
                    alice.at(b.endpoint()).post(ANSWER.formatted(id, much));
                }
                assertThat(text(stream.message().json()), is("Hello, " + much + "!"));
            }), is(1L));
        }
        assertThat(largestEvent(), lessThan(4097L));
    }

    @Test
    void aCallIsCancelledThroughAnotherReplicaHoweverSoon() throws InterruptedException {
        for (String name : List.of("at once", "in a moment")) {
            McpClient alice = initialized("2025-11-25");
            try (EventSource stream = EventSource.post(alice.at(a.endpoint()), WAIT.formatted(name))) {
                stream.message();
                if (name.equals("in a moment")) {
                    eventually(() -> raw.call("EVAL", "return #redis.call('KEYS', 'mcp:stream:*:awaited')", "0"),
                            is(Optional.of("1")));
                }
                alice.at(b.endpoint()).post(CANCEL.formatted('"' + name + '"'));

                assertThat(CANCELLED.poll(5, TimeUnit.SECONDS), is(name));
                assertThat(stream.next(), is(Optional.empty()));
            }
            eventually(() -> raw.call("EVAL", "return #redis.call('KEYS', 'mcp:stream:*:awaited')", "0"),
                    is(Optional.of("0")));
        }
    }

    @Test
    void aStreamIsTakenUpBehindThousandsOfEventsOfOthers() {
        McpClient alice = initialized("2025-11-25");
        String last;
        try (EventSource stream = EventSource.get(alice)) {
            last = stream.next().orElseThrow().id();
        }
        raw.call("EVAL", """
                for i = 1, 9000 do
                  redis.call('XADD', KEYS[1], '*', 'e', '{"type":"session-message","session":"mcp-1","text":"'
                    .. string.rep('x', 3000) .. '"}')
                end
                return 1""", "1", BUS);
        raw.call("XADD", BUS, "*", "e", "{\"type\":\"list-changed\",\"id\":\"TOOLS\"}");

        try (EventSource stream = EventSource.get(alice.with("Last-Event-ID", last))) {
            assertThat(stream.status(), is(200));
            assertThat(stream.message().json().getString("method"), is("notifications/tools/list_changed"));
        }
    }

    private static String text(JsonObject answer) {
        return answer.getJsonObject("result").getJsonArray("content").getJsonObject(0).getString("text");
    }

    private static Offering offering() {
        return Offering.ofTools(List.of(
                TestTool.of("wait", (call, arguments) -> {
                    call.progress(1, 2, "");
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        CANCELLED.add(arguments.string("name"));
                        throw new CallCancelledException();
                    }
                    return ToolResult.text("never");
                }),
                TestTool.of("ask", (call, _) -> {
                    JsonObject answer = call.ask("name", new ClientRequest.Elicitation("Who?", Json.createObjectBuilder()
                            .add("type", "object").build()));
                    return ToolResult.text("Hello, " + answer.getJsonObject("content").getString("name") + "!");
                })));
    }
}
