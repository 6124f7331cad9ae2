package io.mcpsession.http;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.RawHttp;
import io.mcpsession.testing.TestServer;
import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Every kind of nonsense: its status, its code, a small body, and a server that goes on as before. */
class BadInputTest {

    private static final int PARSE_ERROR = -32700;
    private static final int INVALID_REQUEST = -32600;
    private static final int INVALID_PARAMS = -32602;
    private static final int MEBIBYTE = 1024 * 1024;
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final String NO_ID = "none";

    private static TestServer server;
    private static McpClient session;

    /**
     * @param id the id echoed, as JSON; {@link #NO_ID} when it must be left out
     */
    private record Row(String name, int status, int code, String id, Supplier<Answer> request) {

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void start() {
        server = TestServer.embedded();
        session = server.alice().initialized();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<Row> bodies() {
        return Stream.of(
                body("nothing", 400, PARSE_ERROR, NO_ID, ""),
                body("blanks", 400, PARSE_ERROR, NO_ID, " \r\n"),
                body("half an object", 400, PARSE_ERROR, NO_ID, "{\"jsonrpc\":\"2.0\",\"id\":1,"),
                body("no JSON", 400, PARSE_ERROR, NO_ID, "<ping/>"),
                body("something behind the object", 400, PARSE_ERROR, NO_ID, PING + " x"),
                body("two objects", 400, PARSE_ERROR, NO_ID, PING + PING),
                body("a trailing comma", 400, PARSE_ERROR, NO_ID, PING.replace("}", ",}")),
                body("a duplicate key", 400, PARSE_ERROR, NO_ID, PING.replace("}", ",\"method\":\"tools/list\"}")),
                body("a duplicate key deeper down", 400, PARSE_ERROR, NO_ID,
                        PING.replace("}", ",\"params\":{\"a\":1,\"a\":2}}")),
                body("a control character in a string", 400, PARSE_ERROR, NO_ID, PING.replace("ping", "pi\u0000ng")),
                row("bytes that are no UTF-8", 400, PARSE_ERROR, NO_ID, () -> json(BodyPublishers.ofByteArray(
                        PING.replace("ping", "p\u00ffng").getBytes(ISO_8859_1)))),
                body("10,000 levels of arrays", 400, PARSE_ERROR, NO_ID,
                        PING.replace("}", ",\"params\":{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}}")),
                body("10,000 levels of objects", 400, PARSE_ERROR, NO_ID,
                        PING.replace("}", ",\"params\":" + "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_001))),
                body("10,000 levels never closed", 400, PARSE_ERROR, NO_ID, "[".repeat(10_000)),
                body("an id of 10,000 digits", 400, PARSE_ERROR, NO_ID, PING.replace("1", "1".repeat(10_000))),
                body("an argument of 10,000 digits", 400, PARSE_ERROR, NO_ID,
                        PING.replace("}", ",\"params\":{\"a\":" + "1".repeat(10_000) + "}}")),
                body("an id with a huge exponent", 400, INVALID_REQUEST, NO_ID, PING.replace("1", "1e999999999")),
                body("an id null", 400, INVALID_REQUEST, NO_ID, PING.replace("1", "null")),
                body("an id 1.5", 400, INVALID_REQUEST, NO_ID, PING.replace("1", "1.5")),
                body("an id that is an object", 400, INVALID_REQUEST, NO_ID, PING.replace("1", "{}")),
                body("an id that is an array", 400, INVALID_REQUEST, NO_ID, PING.replace("1", "[1]")),
                body("an id true", 400, INVALID_REQUEST, NO_ID, PING.replace("1", "true")),
                body("no jsonrpc", 400, INVALID_REQUEST, "1", "{\"id\":1,\"method\":\"ping\"}"),
                body("jsonrpc 1.0", 400, INVALID_REQUEST, "1", PING.replace("2.0", "1.0")),
                body("jsonrpc a number", 400, INVALID_REQUEST, "1", PING.replace("\"2.0\"", "2.0")),
                body("no method", 400, INVALID_REQUEST, "1", "{\"jsonrpc\":\"2.0\",\"id\":1}"),
                body("a method that is a number", 400, INVALID_REQUEST, "1", PING.replace("\"ping\"", "7")),
                body("neither id nor method", 400, INVALID_REQUEST, NO_ID, "{\"jsonrpc\":\"2.0\"}"),
                body("a result and an error", 400, INVALID_REQUEST, "1",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}"),
                body("params an array", 400, INVALID_PARAMS, "1", PING.replace("}", ",\"params\":[]}")),
                body("params a string", 400, INVALID_PARAMS, "1", PING.replace("}", ",\"params\":\"x\"}")),
                body("params null", 400, INVALID_PARAMS, "1", PING.replace("}", ",\"params\":null}")),
                body("a batch", 400, INVALID_REQUEST, NO_ID, "[" + PING + "]"),
                body("an empty batch", 400, INVALID_REQUEST, NO_ID, "[]"),
                body("a batch of nothing", 400, INVALID_REQUEST, NO_ID, "[1]"),
                body("a string", 400, INVALID_REQUEST, NO_ID, "\"ping\""),
                body("null", 400, INVALID_REQUEST, NO_ID, "null"));
    }

    static Stream<Row> sizesAndTypes() {
        byte[] large = (PING + " ".repeat(4 * MEBIBYTE + 1 - PING.length())).getBytes(ISO_8859_1);
        return Stream.of(
                row("4 MiB and a byte, announced", 413, INVALID_REQUEST, NO_ID,
                        () -> json(BodyPublishers.ofByteArray(large))),
                row("4 MiB and a byte, in chunks", 413, INVALID_REQUEST, NO_ID,
                        () -> json(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))),
                row("one chunk of 2 GiB, announced", 413, INVALID_REQUEST, NO_ID,
                        () -> raw(headers("Transfer-Encoding: chunked") + "7fffffff\r\n{")),
                row("2 TiB, announced", 413, INVALID_REQUEST, NO_ID,
                        () -> raw(headers("Content-Length: 2199023255552") + "{")),
                type("text/plain"), type("application/x-www-form-urlencoded"), type("application/json5"),
                type("json"), type("/"), type(";"), type("application/json/x"),
                row("no content type", 415, INVALID_REQUEST, NO_ID,
                        () -> session.send("POST", BodyPublishers.ofString(PING))),
                row("a compressed body", 415, INVALID_REQUEST, NO_ID,
                        () -> session.with("Content-Encoding", "gzip").post(PING)));
    }

    static Stream<Row> headers() {
        return Stream.of(
                sessionHeader("two ids", "1", "Mcp-Session-Id: a\r\nMcp-Session-Id: b"),
                sessionHeader("the same id twice", "1", "Mcp-Session-Id: a\r\nMcp-Session-Id: a"),
                sessionHeader("two ids in one header", "1", "Mcp-Session-Id: a,b"),
                sessionHeader("an empty id", "1", "Mcp-Session-Id:"),
                sessionHeader("an id with a blank", "1", "Mcp-Session-Id: a b"),
                sessionHeader("an id of 257 characters", "1", "Mcp-Session-Id: " + "a".repeat(257)),
                sessionHeader("an id of 10 KB", "1", "Mcp-Session-Id: " + "a".repeat(10_240)),
                sessionHeader("an id with a tab", "1", "Mcp-Session-Id: a\tb"),
                sessionHeader("an id with a control character", NO_ID, "Mcp-Session-Id: a\u0001b"),
                sessionHeader("an id with a NUL", NO_ID, "Mcp-Session-Id: a\u0000b"),
                sessionHeader("an id with DEL", NO_ID, "Mcp-Session-Id: a\u007fb"),
                sessionHeader("an id with a character beyond ASCII", "1", "Mcp-Session-Id: a\u00e4b"),
                row("a version nobody speaks", 400, INVALID_REQUEST, "1",
                        () -> session.with("MCP-Protocol-Version", "2024-11-05").post(PING)),
                row("a version that is none", 400, INVALID_REQUEST, "1",
                        () -> session.with("MCP-Protocol-Version", "\"x\"").post(PING)),
                row("another origin", 403, INVALID_REQUEST, NO_ID,
                        () -> session.with("Origin", "https://evil.example").post(PING)),
                row("an origin of nothing", 403, INVALID_REQUEST, NO_ID,
                        () -> session.with("Origin", "null").post(PING)),
                row("an origin that only looks local", 403, INVALID_REQUEST, NO_ID,
                        () -> session.with("Origin", "http://localhost.evil.example").post(PING)),
                row("another host", 403, INVALID_REQUEST, NO_ID, () -> host("evil.example")),
                row("another host with the right port", 403, INVALID_REQUEST, NO_ID,
                        () -> host("evil.example:" + server.endpoint().getPort())),
                row("a host that only begins local", 403, INVALID_REQUEST, NO_ID, () -> host("127.0.0.1.evil.example")),
                row("a DELETE of another origin", 403, INVALID_REQUEST, NO_ID,
                        () -> session.with("Origin", "https://evil.example").delete()));
    }

    static Stream<Row> tokens() {
        return Stream.of(
                token("no token", "X-None: 1"),
                token("a wrong token", "Authorization: Bearer mcps_000000000000000000000000000000000000"),
                token("a malformed token", "Authorization: Bearer a b c"),
                token("no token behind the scheme", "Authorization: Bearer"),
                token("a blank token", "Authorization: Bearer  "),
                token("another scheme", "Authorization: Basic YWxpY2U6c2VjcmV0"),
                token("the token without a scheme", "Authorization: " + TestServer.ALICE),
                token("a token of 10 KB", "Authorization: Bearer " + "a".repeat(10_240)),
                token("a token beyond ASCII", "Authorization: Bearer \u00e4"),
                token("two tokens", "Authorization: Bearer " + TestServer.ALICE
                        + "\r\nAuthorization: Bearer " + TestServer.BOB));
    }

    static Stream<Row> methodsAndPaths() {
        return Stream.of(
                row("GET without text/event-stream", 406, INVALID_REQUEST, NO_ID,
                        () -> session.with("Accept", "application/json").send("GET", BodyPublishers.noBody())),
                row("GET without an id", 400, INVALID_REQUEST, NO_ID, () -> server.alice()
                        .with("Accept", "text/event-stream").send("GET", BodyPublishers.noBody())),
                row("PUT", 405, INVALID_REQUEST, NO_ID, () -> session.send("PUT", BodyPublishers.ofString(PING))),
                row("another path", 404, INVALID_REQUEST, NO_ID, () -> RawHttp.send(server.endpoint(),
                        "POST /api/other HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")),
                row("DELETE without an id", 400, INVALID_REQUEST, NO_ID, () -> server.alice().delete()),
                row("DELETE of an id that is none", 404, -32001, NO_ID, () -> server.alice().in("x").delete()));
    }

    /** What the web server refuses before any of our code runs. */
    static Stream<Row> http() {
        return Stream.of(
                row("a path that is none", 400, INVALID_REQUEST, NO_ID,
                        () -> raw("POST /api/mcp%zz HTTP/1.1\r\nHost: localhost\r\n\r\n")),
                row("headers of 20 KB", 431, INVALID_REQUEST, NO_ID,
                        () -> raw(headers("X-Long: " + "a".repeat(20_480)))),
                row("a header without a colon", 400, INVALID_REQUEST, NO_ID, () -> raw(headers("nonsense"))),
                row("a header name with a blank", 400, INVALID_REQUEST, NO_ID, () -> raw(headers("Mcp Session: a"))),
                row("no host", 400, INVALID_REQUEST, NO_ID,
                        () -> raw("POST /api/mcp HTTP/1.1\r\nContent-Length: 0\r\n\r\n")),
                row("two hosts", 400, INVALID_REQUEST, NO_ID, () -> raw(headers("Host: evil.example"))),
                row("a length that is none", 400, INVALID_REQUEST, NO_ID, () -> raw(headers("Content-Length: x"))),
                row("a negative length", 400, INVALID_REQUEST, NO_ID, () -> raw(headers("Content-Length: -1"))),
                row("two lengths", 400, INVALID_REQUEST, NO_ID,
                        () -> raw(headers("Content-Length: 2\r\nContent-Length: 3") + "{}")),
                row("a length and chunks", 400, INVALID_REQUEST, NO_ID,
                        () -> raw(headers("Content-Length: 2\r\nTransfer-Encoding: chunked") + "0\r\n\r\n")),
                row("a chunk whose size is none", 400, INVALID_REQUEST, NO_ID,
                        () -> raw(headers("Transfer-Encoding: chunked") + "zz\r\n")),
                row("a body that ends early", 400, INVALID_REQUEST, NO_ID,
                        () -> raw(headers("Content-Length: 100\r\nConnection: close") + "{")));
    }

    @ParameterizedTest
    @MethodSource({"bodies", "sizesAndTypes", "headers", "tokens", "methodsAndPaths", "http"})
    void isRefusedAndNothingElseHappens(Row row) {
        Answer answer = row.request().get();

        assertThat(answer.toString(), answer.status(), is(row.status()));
        assertThat(answer.header("content-type"), is(Optional.of("application/json")));
        assertThat(answer.header("cache-control"), is(Optional.of("no-store")));
        // The caller's own session may be named; another one would have been opened for a bad request.
        assertThat(answer.header("mcp-session-id").filter(id -> !id.equals(session.header("Mcp-Session-Id"))),
                is(Optional.empty()));
        assertThat(answer.body().length(), is(lessThan(300)));
        assertThat(answer.body(), not(containsString("Exception")));
        assertThat(answer.body(), not(containsString("\\tat ")));
        assertThat(answer.errorCode(), is(row.code()));
        assertThat(answer.json().containsKey("id") ? answer.json().get("id").toString() : NO_ID, is(row.id()));
        assertThatTheServerGoesOn();
    }

    @ParameterizedTest
    @MethodSource("tokens")
    void aRefusedTokenIsChallenged(Row row) {
        String challenge = row.request().get().header("www-authenticate").orElseThrow();

        assertThat(challenge, row.name().equals("no token")
                ? is("Bearer realm=\"mcp\"")
                : startsWith("Bearer realm=\"mcp\", error=\"invalid_token\", error_description=\""));
    }

    @Test
    void aRefusedMethodComesWithThoseAllowed() {
        assertThat(session.send("PUT", BodyPublishers.noBody()).header("allow"),
                is(Optional.of("GET, POST, DELETE, OPTIONS")));
    }

    @Test
    void aBodyOfExactlyFourMebibytesIsServed() {
        Answer answer = session.post(PING + " ".repeat(4 * MEBIBYTE - PING.length()));

        assertThat(answer.status(), is(200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello, is anybody there\r\n\r\n", "POST /api/mcp HTTP/9.9\r\nHost: localhost\r\n\r\n",
            "POST /api/mcp HTTP/1.0\r\nHost: localhost\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000"})
    void whatIsNoHttpOfOursIsHungUpOn(String bytes) {
        UncheckedIOException end = assertThrows(UncheckedIOException.class, () -> raw(bytes));

        assertThat("not only silence", end.getCause(), not(instanceOf(SocketTimeoutException.class)));

        assertThatTheServerGoesOn();
    }

    /** Of a request that is refused before its body is read, nothing is taken for another request. */
    @ParameterizedTest
    @ValueSource(strings = {"Host: evil.example", "Host: localhost\r\nOrigin: https://evil.example", "Host: localhost"})
    void aRefusedRequestIsAnsweredOnce(String line) throws IOException {
        String body = " ".repeat(20_000) + PING;
        String request = headers("Content-Length: " + body.length()).replace("Host: localhost", line)
                .replace(TestServer.ALICE, line.equals("Host: localhost") ? "x" : TestServer.ALICE) + body;
        try (var socket = new java.net.Socket(server.endpoint().getHost(), server.endpoint().getPort())) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            socket.shutdownOutput();

            String answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);

            assertThat(answers, answers.split("HTTP/1.1 ", -1).length - 1, is(1));
        }
        assertThatTheServerGoesOn();
    }

    @Test
    void aClientThatGoesAwayAmidItsBodyHarmsNobody() throws Exception {
        try (var socket = new java.net.Socket(server.endpoint().getHost(), server.endpoint().getPort())) {
            socket.getOutputStream().write((headers("Content-Length: 100") + "{").getBytes(ISO_8859_1));
        }

        assertThatTheServerGoesOn();
    }

    private static void assertThatTheServerGoesOn() {
        Answer ping = session.post(PING);

        assertThat(ping.status(), is(200));
        assertThat(ping.result(), is(JsonObject.EMPTY_JSON_OBJECT));
        assertThat(ping.session(), is(session.header("Mcp-Session-Id")));
    }

    private static Row row(String name, int status, int code, String id, Supplier<Answer> request) {
        return new Row(name, status, code, id, request);
    }

    private static Row body(String name, int status, int code, String id, String body) {
        return row(name, status, code, id, () -> session.post(body));
    }

    private static Row type(String contentType) {
        return row("content type " + contentType, 415, INVALID_REQUEST, NO_ID,
                () -> session.with("Content-Type", contentType).send("POST", BodyPublishers.ofString(PING)));
    }

    private static Row sessionHeader(String name, String id, String lines) {
        return row(name, 400, INVALID_REQUEST, id, () -> raw(headers("Content-Length: " + PING.length() + "\r\n" + lines)
                + PING));
    }

    private static Row token(String name, String lines) {
        return row(name, 401, INVALID_REQUEST, NO_ID, () -> RawHttp.send(server.endpoint(),
                "POST /api/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + lines
                        + "\r\nContent-Length: " + PING.length() + "\r\n\r\n" + PING));
    }

    private static Answer host(String host) {
        return raw(headers("Content-Length: " + PING.length()).replace("Host: localhost", "Host: " + host) + PING);
    }

    private static Answer json(BodyPublisher body) {
        return session.with("Content-Type", "application/json").send("POST", body);
    }

    private static Answer raw(String request) {
        return RawHttp.send(server.endpoint(), request);
    }

    private static String headers(String more) {
        return "POST /api/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TestServer.ALICE
                + "\r\nContent-Type: application/json\r\n" + more + "\r\n\r\n";
    }
}
