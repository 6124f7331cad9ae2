package io.mcpsession.upstream;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** Clients of either era reach a server that is spoken to in either era, through this one. */
@Timeout(60)
class ErasTest {

    private static final Map<String, Bridged> FRONTS = new ConcurrentHashMap<>();
    private static EmbeddedRedis redis;
    private static FixtureServer behind;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        behind = FixtureServer.on(redis.address(), "mcp.store.redis.key-prefix", "behind");
        List.of("session", "stateless", "auto").forEach(era ->
                FRONTS.put(era, Bridged.on(redis.address(), behind, era, "mcp.replica", era)));
    }

    @AfterAll
    static void stop() {
        FRONTS.values().forEach(Bridged::close);
        behind.close();
        redis.close();
    }

    private static McpClient alice(String behindEra) {
        return FRONTS.get(behindEra).alice();
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "stateless", "auto"})
    void ownToolsComeFirstAndThenThoseOfTheOther(String era) {
        JsonObject listed = alice(era).initialized().call("tools/list").result();

        List<String> names = names(listed, "tools");
        assertThat(names.getFirst(), is("session_info"));
        assertThat(names, hasItems("note_get", "test_simple_text", "json_schema_2020_12_tool"));
        assertThat(names(Stateless.of(alice(era)).call("tools/list").result(), "tools"), is(names));
        assertThat(listed.containsKey("_meta"), is(false));
    }

    private static List<String> names(JsonObject listed, String kind) {
        return listed.getJsonArray(kind).getValuesAs(JsonObject.class).stream().map(it -> it.getString("name")).toList();
    }

    @ParameterizedTest
    @CsvSource({"session, session", "session, stateless", "stateless, session", "stateless, stateless"})
    void toolsResourcesPromptsAndCompletionsArePassedOn(String front, String era) {
        assertThat(call(front, era, "tools/call", "{\"name\":\"test_simple_text\"}").text(),
                is("This is a simple text response for testing."));
        assertThat(call(front, era, "tools/call", "{\"name\":\"test_error_handling\"}").isToolError(), is(true));
        assertThat(call(front, era, "resources/read", "{\"uri\":\"test://static-text\"}").result()
                .getJsonArray("contents").getJsonObject(0).getString("mimeType"), is("text/plain"));
        assertThat(call(front, era, "resources/read", "{\"uri\":\"test://template/7%2F8/data\"}").body()
                .contains("Data for ID: 7/8"), is(true));
        assertThat(call(front, era, "prompts/get",
                "{\"name\":\"test_prompt_with_arguments\",\"arguments\":{\"arg1\":\"a\",\"arg2\":\"b\"}}").body()
                .contains("arg1='a', arg2='b'"), is(true));
        assertThat(call(front, era, "completion/complete", """
                {"ref":{"type":"ref/prompt","name":"test_prompt_with_arguments"},
                 "argument":{"name":"arg1","value":"par"}}""").result().getJsonObject("completion")
                .getJsonArray("values").toString(), is("[\"paris\",\"park\",\"party\"]"));
    }

    @ParameterizedTest
    @CsvSource({"session, session, -32002", "session, stateless, -32002", "stateless, session, -32602",
            "stateless, stateless, -32602"})
    void errorsAreThoseOfTheClientsEra(String front, String era, int resourceNotFound) {
        assertThat(call(front, era, "tools/call", "{\"name\":\"no_such_tool\"}").errorCode(), is(-32602));
        assertThat(call(front, era, "resources/read", "{\"uri\":\"test://none\"}").errorCode(), is(resourceNotFound));
        assertThat(call(front, era, "prompts/get", "{\"name\":\"test_prompt_with_arguments\"}").errorCode(),
                is(-32602));
    }

    @ParameterizedTest
    @CsvSource({"session, session", "session, stateless", "stateless, session", "stateless, stateless"})
    void progressAndLogsArrive(String front, String era) {
        List<JsonObject> messages = stream(front, era, """
                {"name":"test_tool_with_progress","_meta":{"progressToken":"t"}}""");
        assertThat(messages.stream().filter(it -> it.getString("method", "").equals("notifications/progress"))
                .map(it -> it.getJsonObject("params").get("progress").toString()).toList(), contains("0", "50", "100"));
        assertThat(messages.getFirst().getJsonObject("params").getString("progressToken"), is("t"));

        List<JsonObject> logged = stream(front, era, """
                {"name":"test_tool_with_logging","_meta":{"io.modelcontextprotocol/logLevel":"info"}}""");
        assertThat(logged.stream().filter(it -> it.getString("method", "").equals("notifications/message"))
                .map(it -> it.getJsonObject("params").getString("data")).toList(),
                contains("Tool execution started", "Tool processing data", "Tool execution completed"));
    }

    @ParameterizedTest
    @CsvSource({"session", "stateless"})
    void inASessionTheUserIsAskedOnTheStream(String era) {
        McpClient session = alice(era).in(alice(era).call("initialize",
                json("{\"capabilities\":{\"elicitation\":{},\"sampling\":{},\"roots\":{}}}")).session());
        try (EventSource stream = EventSource.post(session, """
                {"jsonrpc":"2.0","id":1,"method":"tools/call",
                 "params":{"name":"test_elicitation","arguments":{"message":"Well?"}}}""")) {
            JsonObject question = stream.message().json();
            assertThat(question.getJsonObject("params").getString("message"), is("Well?"));

            session.post("{\"jsonrpc\":\"2.0\",\"id\":" + question.get("id")
                    + ",\"result\":{\"action\":\"accept\",\"content\":{\"response\":\"fine\"}}}");

            assertThat(stream.message().json().toString().contains("action=accept, content={\\\"response\\\":\\\"fine"),
                    is(true));
        }
    }

    @ParameterizedTest
    @CsvSource({"session", "stateless"})
    void aStatelessClientIsAskedInRounds(String era) {
        Stateless client = Stateless.of(alice(era)).declaring("elicitation", "sampling", "roots");
        JsonObject params = json("{\"name\":\"test_input_required_result_multi_round\"}");
        JsonObject first = client.call("tools/call", params).result();
        assertThat(first.getString("resultType"), is("input_required"));
        JsonObject second = again(client, params, first, "{\"action\":\"accept\",\"content\":{\"name\":\"Alice\"}}");
        assertThat(second.getString("resultType"), is("input_required"));

        JsonObject last = again(client, params, second, "{\"action\":\"accept\",\"content\":{\"color\":\"blue\"}}");

        assertThat(last.getJsonArray("content").getJsonObject(0).getString("text"),
                is("Multi-round complete for Alice who likes blue"));
    }

    private static JsonObject again(Stateless client, JsonObject params, JsonObject asked, String answer) {
        String key = asked.getJsonObject("inputRequests").keySet().iterator().next();
        return client.call("tools/call", Json.createObjectBuilder(params)
                .add("inputResponses", Json.createObjectBuilder().add(key, json(answer)))
                .add("requestState", asked.getString("requestState")).build()).result();
    }

    @ParameterizedTest
    @CsvSource({"session, session", "session, stateless", "stateless, session", "stateless, stateless"})
    void whoCannotBeAskedIsToldSo(String front, String era) {
        Answer answer = call(front, era, "tools/call", "{\"name\":\"test_elicitation\",\"arguments\":{\"message\":\"?\"}}");

        assertThat(answer.toString(), answer.json().containsKey("error") || answer.isToolError(), is(true));
        assertThat(answer.status(), not(500));
    }

    /** A call of a client of either era. */
    private static Answer call(String front, String era, String method, String params) {
        return front.equals("session")
                ? alice(era).initialized().call(method, json(params))
                : Stateless.of(alice(era)).call(method, json(params));
    }

    private static List<JsonObject> stream(String front, String era, String params) {
        McpClient client = front.equals("session")
                ? alice(era).initialized()
                : alice(era).with(Stateless.headers("tools/call", json(params)));
        String body = front.equals("session")
                ? "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":" + params + "}"
                : Stateless.of(client).request("tools/call", json(params));
        List<JsonObject> messages = new ArrayList<>();
        try (EventSource source = EventSource.post(client, body)) {
            assertThat(source.status(), is(200));
            for (Optional<EventSource.Event> event = source.next(); event.isPresent(); event = source.next()) {
                if (!event.get().data().isEmpty()) {
                    messages.add(event.get().json());
                }
            }
        }
        assertThat("an answer that is no stream of events", messages, not(empty()));
        assertThat(messages.getLast().toString(), messages.getLast().getOrDefault("result", JsonValue.NULL),
                not(JsonValue.NULL));
        return messages;
    }

    private static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
