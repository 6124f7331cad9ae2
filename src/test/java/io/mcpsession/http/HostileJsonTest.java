package io.mcpsession.http;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.Tally;
import io.mcpsession.testing.TestServer;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.oneOf;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** JSON that is made to take memory, time or stack: refused, or served as any other, and nobody else notices. */
@Timeout(120)
class HostileJsonTest {

    private static final int PARSE_ERROR = -32700;
    private static final int INVALID_REQUEST = -32600;
    private static final int MEBIBYTE = 1024 * 1024;
    private static final int AT_ONCE = 8;

    private static TestServer server;
    private static LogCapture log;

    @BeforeAll
    static void start() {
        log = new LogCapture("io.mcpsession");
        server = TestServer.embedded();
    }

    @AfterAll
    static void stop() {
        server.close();
        log.close();
    }

    private static String many(String unit) {
        return "[" + unit.repeat((4 * MEBIBYTE - 1000) / unit.length()) + "0]";
    }

    /** What is refused wherever it stands in a body. */
    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("many objects", many("{\"\":0},"), INVALID_REQUEST, "holds more than 100000 JSON values"),
                arguments("many lists", many("[],"), INVALID_REQUEST, "holds more than 100000 JSON values"),
                arguments("many texts", many("\"\","), INVALID_REQUEST, "holds more than 100000 JSON values"),
                arguments("many members", IntStream.range(0, 200_000).mapToObj(i -> "\"" + i + "\":0")
                        .collect(Collectors.joining(",", "{", "}")), INVALID_REQUEST, "holds more than 100000 JSON values"),
                arguments("deep lists", "[".repeat(MEBIBYTE), PARSE_ERROR, "nests deeper than 128"),
                arguments("deep objects", "{\"a\":".repeat(MEBIBYTE / 2), PARSE_ERROR, "nests deeper than 128"),
                arguments("a key that stands often", "{" + "\"a\":0,".repeat(90_000) + "\"b\":0}", PARSE_ERROR,
                        "holds an object in which a key stands twice"),
                arguments("a number of a million digits", "9".repeat(MEBIBYTE), PARSE_ERROR,
                        "holds a number of too many digits"),
                arguments("a number of no known size", "1e99999999999", PARSE_ERROR, "is not JSON this server accepts"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void isRefusedWithTheReason(String name, String value, int code, String reason) {
        McpClient alice = server.alice().initialized();
        McpClient stateless = server.alice().with(Stateless.headers("ping", JsonValue.EMPTY_JSON_OBJECT));
        String prefix = code == PARSE_ERROR ? "Parse error: the body " : "Invalid Request: the body ";
        for (McpClient client : List.of(alice, stateless)) {
            for (String body : List.of(value, "[" + value + "]", message("ping", value),
                    message("tools/call", "{\"name\":\"session_info\",\"arguments\":{\"x\":" + value + "}}"),
                    message("ping", "{\"_meta\":{\"progressToken\":" + value + "}}"),
                    "{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":" + value + "}",
                    "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":" + value + "}")) {
                Answer answer = client.post(body);

                assertThat(name, answer.status(), is(400));
                assertThat(answer.body(), answer.errorCode(), is(code));
                assertThat(answer.errorMessage(), is(prefix + reason));
            }
        }
        assertThat(alice.call("ping").status(), is(200));
    }

    private static String message(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    /** What is odd and within the limits. */
    static Stream<String> odd() {
        return Stream.of("1e999999999", "-1e-999999999", "1E+2147483647", "9".repeat(1000), "0." + "0".repeat(1000) + "1",
                "1.0000000000", "-0", "-0.0", "\"\\ud83d\"", "\"\\udc00\\ud83d x\"", "\"\\u0000\\u001f\\uffff\"",
                "\"" + "\\u0041\\n".repeat(20_000) + "\"", "[" + "0,".repeat(20_000) + "0]",
                "[".repeat(100) + "]".repeat(100), sameHashes());
    }

    /** Keys of one hash code. */
    private static String sameHashes() {
        return IntStream.range(0, 1 << 12).mapToObj(number -> IntStream.range(0, 12)
                .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB").collect(Collectors.joining("", "\"", "\":0")))
                .collect(Collectors.joining(",", "{", "}"));
    }

    @ParameterizedTest
    @MethodSource("odd")
    void whatIsOddButWithinTheLimitsIsAnsweredInGoodTime(String value) {
        McpClient alice = server.alice().initialized();
        Stateless stateless = Stateless.of(server.alice());
        long began = System.nanoTime();
        for (String method : List.of("ping", "initialize", "tools/list", "tools/call", "resources/read", "prompts/get",
                "completion/complete", "logging/setLevel", "resources/subscribe", "server/discover")) {
            for (String name : List.of("_meta", "name", "arguments", "uri", "cursor", "level", "ref", "argument", "x",
                    "protocolVersion", "capabilities", "clientInfo", "requestState", "inputResponses")) {
                String params = "{\"" + name + "\":" + value + "}";
                assertThat(method + " " + name, alice.post(message(method, params)).status(), is(lessThan(500)));
                String more = name.equals("_meta") ? "" : ",\"" + name + "\":" + value;
                assertThat(method + " " + name, stateless.http().with("MCP-Protocol-Version", Stateless.VERSION,
                        "Mcp-Method", method, "Mcp-Name", "x").post(message(method, "{\"_meta\":{"
                        + "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                        + "\"io.modelcontextprotocol/clientCapabilities\":" + (name.equals("_meta") ? value : "{}") + "}"
                        + more + "}")).status(), is(lessThan(500)));
            }
        }
        for (String body : List.of("{\"jsonrpc\":\"2.0\",\"id\":" + value + ",\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":" + value + ",\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":" + value + ",\"message\":" + value + "}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + value + "}}")) {
            assertThat(body, alice.post(body).status(), is(lessThan(500)));
        }
        System.out.println("odd JSON: " + value.substring(0, Math.min(20, value.length())) + "... in "
                + (System.nanoTime() - began) / 1_000_000 + " ms");
        assertThat(alice.call("ping").status(), is(200));
        assertThat(log.at(Level.SEVERE), is(empty()));
    }

    /** A client that cannot find its id in an answer waits for it for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"\"\\ud83d\"", "\"\\udc00 x\\ud83d\"", "\"\\ud83d\\ude00\"", "\"\\u0001\"", "\"\"", "-0"})
    void anOddIdComesBackAsItWas(String id) {
        JsonValue sent = Json.parseObject("{\"id\":" + id + "}").get("id");
        Stateless stateless = Stateless.of(server.alice());
        for (String method : List.of("ping", "tools/list", "no/such")) {
            Answer answer = server.alice().initialized().post("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method
                    + "\"}");
            assertThat(answer.body(), answer.json().get("id"), is(sent));
            answer = stateless.http().with(Stateless.headers(method, JsonValue.EMPTY_JSON_OBJECT))
                    .post(stateless.request(method, JsonValue.EMPTY_JSON_OBJECT).replaceFirst("\"id\":[^,]+",
                            Matcher.quoteReplacement("\"id\":" + id)));
            assertThat(answer.body(), answer.json().get("id"), is(sent));
        }
    }

    /** In the heap of a pod, where two of these at once took all of it. */
    @Test
    void manyAtOnceTakeTheMemoryFromNobody() throws Exception {
        try (ChildServer child = ChildServer.start(Map.of("JAVA_TOOL_OPTIONS", "-Xmx230m -XX:+ExitOnOutOfMemoryError"))) {
            String token = token(child.banner());
            McpClient good = child.client(token).initialized();
            String body = many("{\"\":0},");
            List<Callable<Map<Integer, Integer>>> attackers = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                McpClient bad = child.client(token);
                attackers.add(() -> {
                    Map<Integer, Integer> statuses = new TreeMap<>();
                    for (int n = 0; n < 15; n++) {
                        statuses.merge(bad.post(body).status(), 1, Integer::sum);
                    }
                    return statuses;
                });
            }
            attackers.add(() -> {
                for (int n = 0; n < 50; n++) {
                    assertThat(good.call("ping").status(), is(200));
                }
                return Map.of();
            });

            Map<Integer, Integer> statuses = Tally.ofAll(attackers);
            System.out.println("hostile bodies, answers by status: " + statuses);
            // 429 for those that waited in vain for the memory of the others.
            assertThat(statuses.keySet(), everyItem(oneOf(400, 429)));
            assertThat(statuses.getOrDefault(400, 0), is(greaterThan(AT_ONCE)));
            assertThat(good.call("ping").status(), is(200));
        }
    }

    /** Large, and within all limits of one request: together they are too much. */
    @Test
    void manyLargeOnesAtOnceWaitForEachOther() throws Exception {
        try (ChildServer child = ChildServer.start(Map.of("JAVA_TOOL_OPTIONS", "-Xmx230m -XX:+ExitOnOutOfMemoryError"))) {
            String token = token(child.banner());
            McpClient good = child.client(token).initialized();
            String body = message("ping", "{\"x\":[" + ("{\"a\":\"" + "x".repeat(90) + "\",\"b\":[1]},").repeat(20_000) + "0]}");
            List<Callable<Map<Integer, Integer>>> senders = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                McpClient sender = good;
                senders.add(() -> Map.of(sender.post(body).status(), 1));
            }
            senders.add(() -> {
                for (int n = 0; n < 50; n++) {
                    assertThat(good.call("ping").status(), is(200));
                }
                return Map.of();
            });

            Map<Integer, Integer> statuses = Tally.ofAll(senders);
            System.out.println("large bodies, answers by status: " + statuses);
            assertThat(statuses.keySet(), everyItem(oneOf(200, 429)));
            assertThat(statuses.getOrDefault(200, 0), is(greaterThan(0)));
            assertThat(good.post(body).status(), is(200));
        }
    }

    private static String token(String banner) {
        return banner.lines().filter(line -> line.contains("Bearer ")).findFirst().orElseThrow()
                .replaceAll(".*Bearer ([A-Za-z0-9_-]+).*", "$1");
    }
}
