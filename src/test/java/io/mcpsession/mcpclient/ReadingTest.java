package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.limit.ByteBudget;
import io.mcpsession.mcpclient.PeerConfig.EraChoice;
import io.mcpsession.testing.ScriptedServer;
import io.mcpsession.testing.ScriptedServer.Asked;
import io.mcpsession.testing.ScriptedServer.Reply;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What the official clients can read of another server, this one can read. */
@Timeout(30)
class ReadingTest {

    private static final String RESULT = "{\"content\": [{\"type\": \"text\", \"text\": \"done\"}]}";

    private final ScriptedServer server = new ScriptedServer();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Incoming incoming = new Incoming() {
        @Override
        public void notification(String method, JsonObject params) {
            said.add(method);
        }

        @Override
        public JsonObject question(String method, JsonObject params) {
            throw RpcException.methodNotFound(method);
        }
    };
    private McpPeer peer = peer(EraChoice.SESSION);

    private McpPeer peer(EraChoice era) {
        return new McpPeer(new PeerConfig(server.endpoint(), Map.of("Authorization", "Bearer secret"), era,
                Duration.ofSeconds(2), 1 << 20, 1000), "1",
                new ByteBudget(1 << 24, 1 << 24, Duration.ofSeconds(1)));
    }

    @AfterEach
    void stop() {
        peer.close();
        server.close();
    }

    private JsonObject call() {
        PeerSession session = peer.open(Map.of(), JsonValue.EMPTY_JSON_OBJECT).session();
        return call(session);
    }

    private JsonObject call(PeerSession session) {
        return peer.call(Map.of(), session, "tools/call", Json.object().add("name", "echo").build(), incoming);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerForWhichThereIsNoMemoryIsAnErrorAndTheNextIsRead(boolean streamed) {
        String large = "{\"content\": [\"" + "x".repeat(900_000) + "\"]}";
        server.on("tools/call", asked -> streamed ? Reply.events("data: " + asked.answer(large) + "\n\n") : asked.result(large));
        ByteBudget little = new ByteBudget(1 << 19, 1 << 19, Duration.ofMillis(100));
        try (McpPeer narrow = new McpPeer(new PeerConfig(server.endpoint(), Map.of(), EraChoice.SESSION,
                Duration.ofSeconds(2), 1 << 20, 1000), "1", little)) {
            PeerSession session = narrow.open(Map.of(), JsonValue.EMPTY_JSON_OBJECT).session();
            JsonObject params = Json.object().add("name", "echo").build();

            assertThat(assertThrows(RpcException.class, () -> narrow.call(Map.of(), session, "tools/call", params, incoming))
                    .getMessage(), containsString("More is being read"));
            assertThat(little.taken(), is(0L));
            server.on("tools/call", asked -> asked.result(RESULT));
            assertThat(narrow.call(Map.of(), session, "tools/call", params, incoming).toString(),
                    is(Json.parseObject(RESULT).toString()));
        }
        assertThat(call().getJsonArray("content").size(), is(Json.parseObject(RESULT).getJsonArray("content").size()));
    }

    static Stream<Arguments> streams() {
        return Stream.of(
                stream("a byte order mark", asked -> "\uFEFFdata: " + asked.answer(RESULT) + "\n\n"),
                stream("an event of another type, with data", asked ->
                        "event: ping\ndata: 2026-11-28 12:00:00\n\ndata: " + asked.answer(RESULT) + "\n\n"),
                stream("an event of another type, with a message", asked ->
                        "event: ping\ndata: " + asked.answer("{\"content\": []}") + "\n\ndata: " + asked.answer(RESULT) + "\n\n"),
                stream("a type that is no longer in force", asked ->
                        "event: ping\n\ndata: " + asked.answer(RESULT) + "\n\n"),
                stream("a named message", asked -> "event: message\ndata: " + asked.answer(RESULT) + "\n\n"),
                stream("carriage returns", asked -> ": hello\r\rdata: " + asked.answer(RESULT) + "\r\r"),
                stream("both", asked -> "retry: 10\r\n\r\ndata: " + asked.answer(RESULT) + "\r\n\r\n"),
                stream("no space", asked -> "data:" + asked.answer(RESULT) + "\n\n"),
                stream("several lines", asked ->
                        "data\ndata: " + asked.answer(RESULT).replace(", ", ",\ndata: ") + "\ndata\n\n"),
                stream("an empty event with an id", asked -> "id: 1\ndata:\n\ndata: " + asked.answer(RESULT) + "\n\n"),
                stream("data that is no JSON", asked -> "data: [oops\n\ndata: " + asked.answer(RESULT) + "\n\n"),
                stream("a notification that is none", asked ->
                        "data: {\"jsonrpc\": \"2.0\", \"method\": \"notifications/message\", \"params\": null}\n\ndata: "
                                + asked.answer(RESULT) + "\n\n"),
                stream("an answer to something else", asked ->
                        "data: {\"jsonrpc\": \"2.0\", \"id\": 7, \"result\": {}}\n\ndata: " + asked.answer(RESULT) + "\n\n"),
                stream("several messages in one event", asked ->
                        "data: [{\"jsonrpc\": \"2.0\", \"method\": \"notifications/x\"}, " + asked.answer(RESULT) + "]\n\n"),
                stream("an equal key twice", asked -> "data: " + asked.answer("{\"content\": 1, " + RESULT.substring(1))
                        + "\n\n"));
    }

    private static Arguments stream(String name, Function<Asked, String> body) {
        return Arguments.of(name, body);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void aStreamIsReadAsTheStandardSays(String name, Function<Asked, String> body) {
        server.on("tools/call", asked -> Reply.events(body.apply(asked)));

        assertThat(call().toString(), containsString("done"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Text/Event-Stream", "text/event-stream;charset=utf-8", "TEXT/EVENT-STREAM ; charset=UTF-8"})
    void mediaTypesHaveNoCase(String type) {
        server.on("tools/call", asked -> Reply.of(200, type, "data: " + asked.answer(RESULT) + "\n\n"));

        assertThat(call().toString(), containsString("done"));
    }

    @Test
    void bodiesMayBeginWithAMarkHoldSeveralMessagesAndBytesThatAreNoText() {
        server.on("tools/call", asked -> Reply.json(200, "\uFEFF[{\"jsonrpc\": \"2.0\", \"method\": \"notifications/x\"}, "
                + asked.answer(RESULT) + "]"));
        assertThat(call().toString(), containsString("done"));
        assertThat(said, is(List.of("notifications/x")));

        server.on("tools/call", asked -> {
            byte[] bytes = asked.answer("{\"content\": [], \"x\": \"?\"}").getBytes(UTF_8);
            bytes[new String(bytes, UTF_8).indexOf('?')] = (byte) 0xFF;
            return new Reply(200, Map.of("Content-Type", "application/json"), bytes);
        });
        assertThat(call().getString("x"), is("\uFFFD"));
    }

    @Test
    void anIdThatWasNotCompleteIsNotResumedFrom() {
        server.on("tools/call", _ -> Reply.events("retry: 1\nid: a\ndata:\n\nid: b\u0000c\ndata:\n\nid: d\ndata: cut off"));
        server.on("GET", asked -> {
            assertThat(asked.header("Last-Event-ID"), is("a"));
            JsonObject call = server.heard().stream().filter(it -> it.method().equals("tools/call")).findFirst()
                    .orElseThrow().message();
            return Reply.events("data: " + new Asked("POST", "", Map.of(), call).answer(RESULT) + "\n\n");
        });

        assertThat(call().toString(), containsString("done"));
    }

    /** A stream that ends without the answer, and another that goes on from it; then the answer. */
    private void resumes(String firstStream, String secondStream, List<String> ids) {
        List<String> asked = new CopyOnWriteArrayList<>();
        server.on("tools/call", _ -> Reply.events("retry: 1\n" + firstStream));
        server.on("GET", get -> {
            asked.add(String.valueOf(get.header("Last-Event-ID")));
            JsonObject call = server.heard().stream().filter(it -> it.method().equals("tools/call")).findFirst()
                    .orElseThrow().message();
            return Reply.events(asked.size() < ids.size()
                    ? "retry: 1\n" + secondStream
                    : "data: " + new Asked("POST", "", Map.of(), call).answer(RESULT) + "\n\n");
        });

        assertThat(call().toString(), containsString("done"));
        assertThat(asked, is(ids));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ": still busy\n\n", "data: {\"jsonrpc\": \"2.0\", \"method\": \"notifications/x\"}\n\n"})
    void aStreamThatNamesNoEventLeavesTheLastIdAsItWas(String second) {
        resumes("id: a\ndata:\n\n", second, List.of("a", "a", "a"));
    }

    @ParameterizedTest
    @MethodSource("unsendableIds")
    void anIdThatNoHeaderHoldsEndsTheCallWithAReasonAndTheNextIsMade(String id) {
        PeerSession session = peer.open(Map.of(), JsonValue.EMPTY_JSON_OBJECT).session();
        server.on("tools/call", _ -> Reply.events("retry: 1\nid: a\ndata:\n\nid: " + id + "\ndata:\n\n"));

        UnreachableException failure = assertThrows(UnreachableException.class, () -> call(session));

        assertThat(failure.getMessage(), containsString("stream ended without the answer"));
        assertThat(server.count("GET"), is(0L));
        server.on("tools/call", asked -> asked.result(RESULT));
        assertThat(call(session).toString(), containsString("done"));
    }

    static Stream<String> unsendableIds() {
        return Stream.of("\u4e16\u754c", "\u00e9", "\u0001", "a\u007fb", "x".repeat(5_000), "x".repeat(900_000));
    }

    static Stream<Arguments> unreadable() {
        return Stream.of(
                Arguments.of((Function<Asked, String>) asked -> asked.answer("null")),
                Arguments.of((Function<Asked, String>) asked -> asked.answer("[]")),
                Arguments.of((Function<Asked, String>) asked -> asked.answer("{}").replace("result", "error")),
                Arguments.of((Function<Asked, String>) asked -> asked.answer("{}").replace("2.0", "1.0")),
                Arguments.of((Function<Asked, String>) asked -> asked.answer("{}").replace("result", "Result")),
                Arguments.of((Function<Asked, String>) asked -> asked.answer("[".repeat(100_000) + "]".repeat(100_000))),
                Arguments.of((Function<Asked, String>) asked -> asked.answer("{\"x\": \"" + "y".repeat(2 << 20) + "\"}")));
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void anUnreadableAnswerIsAnErrorOfThatCallAlone(Function<Asked, String> body) {
        PeerSession session = peer.open(Map.of(), JsonValue.EMPTY_JSON_OBJECT).session();
        for (boolean stream : new boolean[] {true, false}) {
            server.on("tools/call", asked -> stream
                    ? Reply.events("data: " + body.apply(asked) + "\n\n")
                    : Reply.json(200, body.apply(asked)));
            RuntimeException failure = assertThrows(RuntimeException.class, () -> call(session));
            assertThat(failure.toString(), failure instanceof RpcException || failure instanceof UnreachableException,
                    is(true));
        }
        server.on("tools/call", asked -> asked.result(RESULT));
        assertThat(call(session).toString(), containsString("done"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "404|application/json|{}",
            "404|text/plain|nothing here",
            "400|text/plain|Bad Request",
            "400|text/html|<p>no such session</p>",
            "400|application/json|{\"error\": \"session expired\"}",
            "400|application/json|{\"jsonrpc\": \"2.0\", \"id\": null, \"error\": {\"code\": -32000, \"message\": \"Bad Request: Server not initialized\"}}",
            "400|application/json|{\"jsonrpc\": \"2.0\", \"error\": {\"code\": -32000, \"message\": \"Bad Request: No valid session ID provided\"}}",
            "200|application/json|{\"jsonrpc\": \"2.0\", \"id\": ID, \"error\": {\"code\": -32001, \"message\": \"Session not found\"}}",
            "200|application/json|{\"jsonrpc\": \"2.0\", \"id\": ID, \"error\": {\"code\": -32600, \"message\": \"Session terminated\"}}",
            "200|application/json|{\"jsonrpc\": \"2.0\", \"id\": ID, \"error\": {\"code\": -32602, \"message\": \"Received request before initialization was complete\"}}",
            "200|text/event-stream|data: {\"jsonrpc\": \"2.0\", \"id\": ID, \"error\": {\"code\": -32600, \"message\": \"Unknown session\"}}"})
    void aForgottenSessionIsRecognised(int status, String type, String body) {
        server.on("tools/call", asked -> Reply.of(status, type, body.replace("ID", asked.message().get("id").toString())
                + (type.equals("text/event-stream") ? "\n\n" : "")));

        assertThrows(SessionLostException.class, this::call);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "400|-32602|Invalid arguments for tool browse: session must be a string",
            "400|-32600|Invalid Request",
            "200|-32602|name is required",
            "200|-32603|Session not found",
            "500|-32603|out of coffee",
            "422|-32005|no such thing"})
    void otherErrorsArePassedOnWithWhateverStatusTheyCome(int status, int code, String words) {
        server.on("tools/call", asked -> Reply.json(status, "{\"jsonrpc\": \"2.0\", \"id\": " + asked.message().get("id")
                + ", \"error\": {\"code\": " + code + ", \"message\": \"" + words + "\"}}"));

        RpcException error = assertThrows(RpcException.class, this::call);
        assertThat(error.error().code(), is(code));
        assertThat(error.getMessage(), is(words));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07"})
    void everyRevisionOfTheOfficialClientsIsServed(String revision) {
        server.on("initialize", asked -> asked.result("{\"protocolVersion\": \"" + revision
                + "\", \"capabilities\": {}, \"serverInfo\": {\"name\": \"old\", \"version\": \"1\"}}"));

        assertThat(call().toString(), containsString("done"));
        assertThat(server.heard().getLast().header("MCP-Protocol-Version"), is(revision));
    }

    static Stream<Arguments> probes() {
        return Stream.of(
                Arguments.of("500", (Function<Asked, Reply>) _ -> Reply.of(500, "text/plain", "Internal Server Error")),
                Arguments.of("502", (Function<Asked, Reply>) _ -> Reply.of(502, "text/html", "<h1>Bad Gateway</h1>")),
                Arguments.of("202", (Function<Asked, Reply>) _ -> Reply.status(202)),
                Arguments.of("text", (Function<Asked, Reply>) _ -> Reply.of(200, "text/plain", "welcome")),
                Arguments.of("html", (Function<Asked, Reply>) _ -> Reply.of(200, "text/html", "<html></html>")),
                Arguments.of("404", (Function<Asked, Reply>) _ -> Reply.of(404, "text/plain", "no")),
                Arguments.of("empty stream", (Function<Asked, Reply>) _ -> Reply.events(": nothing\n\n")),
                Arguments.of("error", (Function<Asked, Reply>) asked -> asked.error(-32603, "what?")),
                Arguments.of("other result", (Function<Asked, Reply>) asked -> asked.result("{\"ok\": true}")),
                Arguments.of("closed connection", (Function<Asked, Reply>) _ -> Reply.CLOSED),
                Arguments.of("never", (Function<Asked, Reply>) _ -> never()));
    }

    private static Reply never() {
        try {
            Thread.sleep(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Reply.status(500);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("probes")
    void anythingElseIdentifiesALegacyServer(String name, Function<Asked, Reply> answer) {
        peer.close();
        peer = peer(EraChoice.AUTO);
        server.on("server/discover", answer);

        assertThat(peer.isStateless(Map.of()), is(false));
        assertThat(call().toString(), containsString("done"));
        long probes = server.count("server/discover");
        assertThat(peer.isStateless(Map.of()), is(false));
        assertThat(server.count("server/discover"), is(probes));
    }

    @ParameterizedTest
    @ValueSource(ints = {307, 308})
    void aRedirectWithinTheOriginIsFollowedWithItsBody(int status) {
        Function<Asked, Reply> good = asked -> asked.result(RESULT);
        server.on("tools/call", asked -> asked.path().equals("/mcp/")
                ? good.apply(asked)
                : Reply.status(status).with("Location", "/mcp/"));

        assertThat(call().toString(), containsString("done"));
        assertThat(server.heard().getLast().header("Authorization"), is("Bearer secret"));
    }

    @Test
    void aRedirectToAnotherOriginIsNotFollowedAndTheLogSaysWhereTo() {
        try (ScriptedServer other = new ScriptedServer()) {
            String elsewhere = other.endpoint() + "?token=hidden#x";
            server.on("tools/call", _ -> Reply.status(307).with("Location", elsewhere));

            UnreachableException failure = assertThrows(UnreachableException.class, this::call);

            assertThat(failure.logged(), containsString(other.endpoint().toString()));
            assertThat(failure.logged(), not(containsString("hidden")));
            assertThat(failure.getMessage(), not(containsString("127.0.0.1")));
            assertThat(other.heard(), is(List.of()));
        }
    }

    @Test
    void redirectsInACircleEnd() {
        server.on("tools/call", _ -> Reply.status(308).with("Location", "/mcp"));

        assertThrows(UnreachableException.class, this::call);
        assertThat(server.count("tools/call"), is(6L));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303})
    void aRedirectThatWouldMakeAGetOfAPostIsNotFollowed(int status) {
        server.on("tools/call", _ -> Reply.status(status).with("Location", "/elsewhere/"));

        UnreachableException failure = assertThrows(UnreachableException.class, this::call);
        assertThat(failure.logged(), containsString("/elsewhere/"));
    }
}
