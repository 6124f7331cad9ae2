package io.mcpsession.http;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.RawHttp;
import io.mcpsession.testing.Stateless;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.mcpsession.http.Cell.NONE;
import static io.mcpsession.http.Cell.headed;
import static io.mcpsession.http.Cell.params;
import static io.mcpsession.http.Cell.sessions;
import static io.mcpsession.http.Cell.stateless;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** What requests are answered with that are not as they should be, in the session era and in the stateless one. */
@ExtendWith(FixtureServer.Shared.class)
class ErrorTableTest {

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final String NOTIFICATION = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
    private static final String LIST = Stateless.of(null).request("tools/list", params());
    private static final String TOO_LARGE = " ".repeat(4 * 1024 * 1024 + 1);

    private static FixtureServer server;
    private static McpClient alice;
    private static McpClient session;
    private static Stateless stateless;

    @BeforeAll
    static void start(FixtureServer shared) {
        server = shared;
        alice = server.alice();
        session = alice.initialized();
        stateless = Stateless.of(alice);
    }

    static Stream<Cell> callers() {
        return Stream.of(
                sessions("origin not allowed", 403, "-32600",
                        () -> session.with("Origin", "https://evil.example").call("ping")),
                stateless("origin not allowed", 403, "-32600",
                        () -> Stateless.of(alice.with("Origin", "https://evil.example")).call("tools/list")),
                sessions("host not allowed", 403, "-32600", () -> host("")),
                stateless("host not allowed", 403, "-32600", () -> host("MCP-Protocol-Version: 2026-07-28\r\n")),
                sessions("bad token", 401, "-32600", () -> server.anybody("wrong").call("ping")),
                stateless("bad token", 401, "-32600",
                        () -> Stateless.of(server.anybody("wrong")).call("tools/list")),
                sessions("notification", 202, NONE, () -> session.post(NOTIFICATION)),
                stateless("notification", 202, NONE, () -> headed(alice, "tools/list").post(NOTIFICATION)));
    }

    static Stream<Cell> requests() {
        return Stream.of(
                sessions("GET without a session id", 400, "-32600", () -> get(alice)),
                stateless("GET", 405, "-32600", () -> get(alice.with("MCP-Protocol-Version", Stateless.VERSION))),
                sessions("DELETE", 204, NONE, () -> alice.initialized().delete()),
                sessions("DELETE of an unknown id", 404, "-32001", () -> alice.in("unknown").delete()),
                stateless("DELETE", 405, "-32600",
                        () -> session.with("MCP-Protocol-Version", Stateless.VERSION).delete()),
                sessions("content type not JSON", 415, "-32600", () -> text(session, PING)),
                stateless("content type not JSON", 415, "-32600", () -> text(headed(alice, "tools/list"), LIST)),
                sessions("accept unusable", 406, "-32600", () -> accepting("text/html").call("ping")),
                stateless("accept unusable", 406, "-32600",
                        () -> Stateless.of(accepting("text/html")).call("tools/list")),
                sessions("body too large", 413, "-32600", () -> session.post(PING + TOO_LARGE)),
                stateless("body too large", 413, "-32600", () -> headed(alice, "tools/list").post(LIST + TOO_LARGE)),
                sessions("broken JSON", 400, "-32700", () -> session.post("{")),
                stateless("broken JSON", 400, "-32700", () -> headed(alice, "tools/list").post("{")),
                sessions("not a JSON-RPC message", 400, "-32600", () -> session.post("{}")),
                stateless("not a JSON-RPC message", 400, "-32600", () -> headed(alice, "tools/list").post("{}")),
                sessions("array, since 2025-06-18", 400, "-32600", () -> session.post("[" + PING + "]")),
                stateless("array", 400, "-32600", () -> headed(alice, "tools/list").post("[" + LIST + "]")),
                stateless("array without the header", 400, "-32600", () -> alice.post("[" + LIST + "]")),
                sessions("unknown method", 200, "-32601", () -> session.call("no/such")),
                stateless("unknown method", 404, "-32601", () -> stateless.call("no/such")));
    }

    static Stream<Cell> versions() {
        return Stream.of(
                sessions("bad version header", 400, "-32600",
                        () -> session.with("MCP-Protocol-Version", "v999").call("ping")),
                stateless("bad version", 400, "-32022", () -> alice.with("MCP-Protocol-Version", "v999",
                        "Mcp-Method", "tools/list").post(LIST.replace(Stateless.VERSION, "v999"))),
                sessions("version header missing", 200, "result", () -> session.call("ping")),
                stateless("version header missing", 400, "-32020",
                        () -> alice.with("Mcp-Method", "tools/list").post(LIST)),
                stateless("_meta incomplete", 400, "-32602",
                        () -> headed(alice, "tools/list").post(LIST.replace("clientCapabilities", "x"))),
                stateless("header differs from body", 400, "-32020",
                        () -> alice.with("MCP-Protocol-Version", Stateless.VERSION, "Mcp-Method", "ping").post(LIST)),
                stateless("Mcp-Name missing", 400, "-32020", () -> alice.with("MCP-Protocol-Version",
                        Stateless.VERSION, "Mcp-Method", "tools/call").post(
                                stateless.request("tools/call", params("name", "test_simple_text")))),
                sessions("initialize with an unknown version", 200, "result",
                        () -> alice.call("initialize", params("protocolVersion", "v999"))),
                stateless("initialize", 404, "-32601", () -> stateless.call("initialize")),
                stateless("ping", 404, "-32601", () -> stateless.call("ping")),
                stateless("logging/setLevel", 404, "-32601",
                        () -> stateless.call("logging/setLevel", params("level", "info"))));
    }

    @ParameterizedTest
    @MethodSource({"callers", "requests", "versions"})
    void eachSituationHasItsAnswer(Cell cell) {
        cell.check();
    }

    @Test
    void anErrorNamesTheRequestWhereThatCouldBeRead() {
        for (Answer answer : List.of(session.call("no/such"), stateless.call("no/such"),
                session.with("MCP-Protocol-Version", "v999").call("ping"), alice.with("Mcp-Method", "tools/list")
                        .post(LIST))) {
            assertThat(answer.toString(), answer.json().getInt("id"), is(1));
        }
        for (Answer answer : List.of(session.post("{"), headed(alice, "tools/list").post("[]"))) {
            assertThat(answer.toString(), answer.json().containsKey("id"), is(false));
        }
    }

    @Test
    void whatIsNotAllowedComesWithWhatIs() {
        Map<String, Answer> answers = Map.of(
                "POST, OPTIONS", get(alice.with("MCP-Protocol-Version", Stateless.VERSION)),
                "GET, POST, DELETE, OPTIONS", alice.send("PUT", BodyPublishers.ofString(PING)));

        answers.forEach((allowed, answer) -> assertThat(answer.header("allow").orElseThrow(), is(allowed)));
    }

    @Test
    void anUnauthorizedCallerIsChallengedInBothEras() {
        for (Answer answer : List.of(server.anybody("wrong").call("ping"),
                Stateless.of(server.anybody("wrong")).call("tools/list"))) {
            assertThat(answer.header("www-authenticate").orElseThrow().split(",")[0], is("Bearer realm=\"mcp\""));
        }
    }

    @Test
    void aVersionThatIsNotServedComesWithThoseThatAre() {
        Answer answer = alice.with("MCP-Protocol-Version", "v999", "Mcp-Method", "tools/list")
                .post(LIST.replace(Stateless.VERSION, "v999"));

        assertThat(answer.json().getJsonObject("error").getJsonObject("data").toString(),
                is("{\"supported\":[\"2026-07-28\"],\"requested\":\"v999\"}"));
    }

    /** Takes nothing but this. */
    private static McpClient accepting(String type) {
        return McpClient.of(server.endpoint(), alice.header("Authorization").substring("Bearer ".length()))
                .with("Accept", type);
    }

    private static Answer get(McpClient client) {
        return client.send("GET", BodyPublishers.noBody());
    }

    private static Answer text(McpClient client, String body) {
        return client.with("Content-Type", "text/plain").send("POST", BodyPublishers.ofString(body));
    }

    private static Answer host(String more) {
        return RawHttp.send(server.endpoint(), "POST /api/mcp HTTP/1.1\r\nHost: evil.example\r\n" + more
                + "Content-Length: 0\r\n\r\n");
    }
}
