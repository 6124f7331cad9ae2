package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import jakarta.json.JsonValue;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** The table of the era decision, row by row. */
class EraTest {

    private static final String NEW = "2026-07-28";
    private static final String NONE = "";
    private static final String FULL = meta("\"2026-07-28\"", "{}");
    private static final String FUTURE = meta("\"v999.0.0\"", "{}");
    private static final String NO_CAPABILITIES = """
            "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}""";
    private static final String NO_VERSION = """
            "_meta":{"io.modelcontextprotocol/clientCapabilities":{}}""";

    /**
     * One row.
     *
     * @param fact    what it is about
     * @param method  of the request
     * @param params  members of its params
     * @param version {@code MCP-Protocol-Version}; empty for none
     * @param routed  {@code Mcp-Method}; empty for none
     * @param name    {@code Mcp-Name}; empty for none
     * @param era     what comes of it: sessions and a revision, stateless and a revision, or a code
     */
    record Row(String fact, String method, String params, String version, String routed, String name, String era) {

        @Override
        public String toString() {
            return fact;
        }
    }

    static Stream<Row> rows() {
        return Stream.concat(stateless(), withSessions());
    }

    private static Stream<Row> stateless() {
        return Stream.of(
                row("a full claim with its headers", "tools/list", FULL, NEW, "tools/list", NONE, "stateless " + NEW),
                row("a client that does not say who it is", "server/discover", FULL, NEW, "server/discover", NONE,
                        "stateless " + NEW),
                row("a removed method is for the dispatch to refuse", "ping", FULL, NEW, "ping", NONE,
                        "stateless " + NEW),
                row("initialize with a full claim", "initialize", FULL, NEW, "initialize", NONE, "stateless " + NEW),
                row("a version that is no text", "tools/list", meta("7", "{}"), NEW, "tools/list", NONE, "-32602"),
                row("a version that is null", "tools/list", meta("null", "{}"), NONE, NONE, NONE, "-32602"),
                row("no capabilities", "tools/list", NO_CAPABILITIES, NEW, "tools/list", NONE, "-32602"),
                row("capabilities that are no object", "tools/list", meta("\"2026-07-28\"", "[]"), NEW, "tools/list",
                        NONE, "-32602"),
                row("body v999, header 2026-07-28", "server/discover", FUTURE, NEW, "server/discover", NONE, "-32020"),
                row("body and header v999", "server/discover", FUTURE, "v999.0.0", "server/discover", NONE, "-32022"),
                row("body v999, no header", "server/discover", FUTURE, NONE, "server/discover", NONE, "-32022"),
                row("body of the session era", "tools/list", meta("\"2025-11-25\"", "{}"), "2025-11-25", "tools/list",
                        NONE, "-32022"),
                row("another header version", "tools/list", FULL, "2025-11-25", "tools/list", NONE, "-32020"),
                row("another Mcp-Method", "tools/list", FULL, NEW, "prompts/list", NONE, "-32020"),
                row("another Mcp-Method comes before an unknown version", "tools/list", FUTURE, "v999.0.0",
                        "prompts/list", NONE, "-32020"),
                row("Mcp-Method in other letters", "tools/list", FULL, NEW, "TOOLS/LIST", NONE, "-32020"),
                row("no version header", "tools/list", FULL, NONE, "tools/list", NONE, "-32020"),
                row("no Mcp-Method", "tools/list", FULL, NEW, NONE, NONE, "-32020"),
                row("incomplete params come before missing headers", "tools/list", NO_CAPABILITIES, NONE, NONE, NONE,
                        "-32602"),
                named("the tool's name", "tools/call", "\"name\":\"t\"", "t", "stateless " + NEW),
                named("another tool's name", "tools/call", "\"name\":\"t\"", "T", "-32020"),
                named("no name of the tool", "tools/call", "\"name\":\"t\"", NONE, "-32020"),
                named("the prompt's name", "prompts/get", "\"name\":\"p\"", "p", "stateless " + NEW),
                named("another prompt's name", "prompts/get", "\"name\":\"p\"", "q", "-32020"),
                named("the resource's URI", "resources/read", "\"uri\":\"a://b\"", "a://b", "stateless " + NEW),
                named("another resource's URI", "resources/read", "\"uri\":\"a://b\"", "a://c", "-32020"),
                named("a name nothing asks for", "tools/list", "\"name\":\"t\"", "u", "stateless " + NEW),
                named("a call that names no tool is for the dispatch", "tools/call", "\"x\":1", NONE,
                        "stateless " + NEW),
                named("a wrapped name", "tools/call", "\"name\":\"\u00e4\"", "=?base64?w6Q=?=", "stateless " + NEW),
                named("a name wrapped without need", "tools/call", "\"name\":\"t\"", "=?base64?dA==?=",
                        "stateless " + NEW),
                named("another wrapped name", "tools/call", "\"name\":\"\u00e4\"", "=?base64?w7Y=?=", "-32020"),
                named("no base64", "tools/call", "\"name\":\"t\"", "=?base64?d!==?=", "-32020"),
                named("base64 without its padding", "tools/call", "\"name\":\"t\"", "=?base64?dA?=", "-32020"),
                named("an empty wrapping", "tools/call", "\"name\":\"t\"", "=?base64?=", "-32020"),
                named("a wrapping without its end is the name itself", "tools/call", "\"name\":\"=?base64?dA==\"",
                        "=?base64?dA==", "stateless " + NEW),
                named("a wrapping in other letters is the name itself", "tools/call", "\"name\":\"=?BASE64?dA==?=\"",
                        "=?BASE64?dA==?=", "stateless " + NEW));
    }

    private static Stream<Row> withSessions() {
        return Stream.of(
                row("header 2026-07-28 and no claim", "tools/list", "", NEW, "tools/list", NONE, "-32602"),
                row("header 2026-07-28 and half a claim", "tools/list", NO_VERSION, NEW, "tools/list", NONE, "-32602"),
                row("header 2026-07-28 and initialize", "initialize", "", NEW, "initialize", NONE, "-32020"),
                row("initialize with half a claim and that header", "initialize", NO_CAPABILITIES, NEW, NONE, NONE,
                        "-32020"),
                row("initialize with half a claim", "initialize", NO_CAPABILITIES, NONE, NONE, NONE,
                        "sessions 2025-03-26"),
                row("initialize with a claim of the future", "initialize", FUTURE, NONE, NONE, NONE,
                        "sessions 2025-03-26"),
                row("nothing said", "tools/list", "", NONE, NONE, NONE, "sessions 2025-03-26"),
                row("2025-03-26", "tools/list", "", "2025-03-26", NONE, NONE, "sessions 2025-03-26"),
                row("2025-06-18", "tools/list", "", "2025-06-18", NONE, NONE, "sessions 2025-06-18"),
                row("2025-11-25", "tools/list", "", "2025-11-25", NONE, NONE, "sessions 2025-11-25"),
                row("the headers of a router are ignored", "tools/call", "\"name\":\"t\"", "2025-11-25", "ping", "u",
                        "sessions 2025-11-25"),
                row("a progress token claims nothing", "tools/call", "\"_meta\":{\"progressToken\":1}", NONE, NONE,
                        NONE, "sessions 2025-03-26"),
                row("half a claim without the version", "tools/list", NO_VERSION, NONE, NONE, NONE,
                        "sessions 2025-03-26"),
                row("_meta that is no object", "tools/list", "\"_meta\":\"x\"", NONE, NONE, NONE,
                        "sessions 2025-03-26"),
                row("server/discover without a claim", "server/discover", "", NONE, NONE, NONE, "sessions 2025-03-26"),
                row("a version of the two endpoints", "tools/list", "", "2024-11-05", NONE, NONE, "-32600"),
                row("a version that never was", "tools/list", "", "2099-01-01", NONE, NONE, "-32600"),
                row("an empty version", "tools/list", "", " ", NONE, NONE, "-32600"));
    }

    private static Row row(String fact, String method, String params, String version, String routed, String name,
                           String era) {
        return new Row(fact, method, params, version, routed, name, era);
    }

    /** A good request but for {@code Mcp-Name}. */
    private static Row named(String fact, String method, String params, String name, String era) {
        return row(fact, method, params + "," + FULL, NEW, method, name, era);
    }

    private static String meta(String version, String capabilities) {
        return """
                "_meta":{"io.modelcontextprotocol/protocolVersion":%s,\
                "io.modelcontextprotocol/clientCapabilities":%s}""".formatted(version, capabilities);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isDecidedByBodyAndHeaders(Row row) {
        Message message = message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + row.method() + "\",\"params\":{"
                + row.params() + "}}");

        Era era = Era.of((Message.Request) message, headers(row.version(), row.routed(), row.name()));

        assertThat(row.fact(), told(era), is(row.era()));
    }

    @Test
    void anUnknownVersionIsToldWithThoseThereAre() {
        Message message = message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\",\"params\":{" + FUTURE
                + "}}");

        Era.Refused refused = (Era.Refused) Era.of((Message.Request) message, headers("v999.0.0", NONE, NONE));

        JsonValue data = refused.error().data().orElseThrow();
        assertThat(data.toString(), is("{\"supported\":[\"2026-07-28\"],\"requested\":\"v999.0.0\"}"));
    }

    @ParameterizedTest
    @CsvSource({"'',sessions 2025-03-26", "2025-06-18,sessions 2025-06-18", "2026-07-28,stateless 2026-07-28",
            "2099-01-01,-32600"})
    void ofAMessageThatWantsNoAnswerIsThatOfItsHeader(String version, String era) {
        assertThat(told(Era.ofHeader(headers(version, NONE, NONE))), is(era));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{'jsonrpc':'2.0','method':'n','params':{'_meta':{'io.modelcontextprotocol/protocolVersion':7}}}|true",
            "{'jsonrpc':'2.0','method':'n','params':{'_meta':{}}}|false",
            "{'jsonrpc':'2.0','method':'n'}|false",
            "{'jsonrpc':'2.0','id':1,'result':{'_meta':{'io.modelcontextprotocol/protocolVersion':'x'}}}|false"})
    void isClaimedByTheParamsOfAMessage(String json, boolean claimed) {
        assertThat(Era.claimsStateless(message(json.replace('\'', '"'))), is(claimed));
    }

    private static Message message(String json) {
        return ((Body.Single) JsonRpc.parse(json.getBytes(UTF_8))).message();
    }

    private static RoutingHeaders headers(String version, String method, String name) {
        return new RoutingHeaders(header(version), header(method), header(name), Map.of());
    }

    private static Optional<String> header(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(value.trim());
    }

    private static String told(Era era) {
        return switch (era) {
            case Era.WithSessions(String version) -> "sessions " + version;
            case Era.Stateless(String version, _, _) -> "stateless " + version;
            case Era.Refused(var error) -> Integer.toString(error.code());
        };
    }
}
