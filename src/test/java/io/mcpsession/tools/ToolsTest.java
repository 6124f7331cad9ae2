package io.mcpsession.tools;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** The tools as a client sees them. */
class ToolsTest {

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.embedded();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private final McpClient session = server.alice().initialized();

    @Test
    void theListHoldsAllToolsInAFixedOrder() {
        assertThat(tools().stream().map(tool -> tool.getString("name")).toList(),
                is(List.of("session_info", "note_set", "note_get", "note_list", "note_delete")));
    }

    @Test
    void everyToolIsDescribedCompletely() {
        for (JsonObject tool : tools()) {
            String name = tool.getString("name");
            assertThat(name, tool.getString("title"), is(not(emptyString())));
            assertThat(name, tool.getString("description").length(), is(greaterThan(20)));
            assertThat(name, new TreeSet<>(tool.getJsonObject("annotations").keySet()),
                    is(Set.of("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")));
            assertThatTheSchemaIsClosed(name, tool.getJsonObject("inputSchema"));
        }
    }

    private static void assertThatTheSchemaIsClosed(String name, JsonObject schema) {
        assertThat(name, schema.getString("type"), is("object"));
        assertThat(name, schema.get("additionalProperties"), is(JsonValue.FALSE));
        schema.getJsonObject("properties").forEach((property, description) -> {
            assertThat(name + " " + property, description.asJsonObject().getString("type"), is("string"));
            assertThat(name + " " + property, description.asJsonObject().getString("description"),
                    is(not(emptyString())));
        });
        // Every argument must be given but the handle, which only clients without sessions need.
        assertThat(name, Stream.concat(
                schema.getOrDefault("required", JsonValue.EMPTY_JSON_ARRAY).asJsonArray().stream()
                        .map(value -> ((jakarta.json.JsonString) value).getString()), Stream.of("handle")).toList(),
                is(List.copyOf(schema.getJsonObject("properties").keySet())));
    }

    @ParameterizedTest
    @CsvSource({"session_info,true,false,true", "note_set,false,true,true", "note_get,true,false,true",
            "note_list,true,false,true", "note_delete,false,true,true"})
    void theHintsTellWhatARunDoes(String name, boolean readOnly, boolean destructive, boolean idempotent) {
        JsonObject hints = tools().stream().filter(tool -> tool.getString("name").equals(name)).findFirst()
                .orElseThrow().getJsonObject("annotations");

        assertThat(hints.getBoolean("readOnlyHint"), is(readOnly));
        assertThat(hints.getBoolean("destructiveHint"), is(destructive));
        assertThat(hints.getBoolean("idempotentHint"), is(idempotent));
        assertThat(hints.getBoolean("openWorldHint"), is(false));
    }

    @Test
    void theListHasOnePage() {
        assertThat(session.call("tools/list").result().containsKey("nextCursor"), is(false));

        Answer answer = session.call("tools/list", Json.createObjectBuilder().add("cursor", "x").build());

        assertThat(answer.status(), is(200));
        assertThat(answer.errorCode(), is(-32602));
    }

    @Test
    void sessionInfoTellsAgeTimeLeftAndReplica() {
        Answer answer = session.call("tools/call", Json.createObjectBuilder().add("name", "session_info").build());

        JsonObject info = answer.result().getJsonObject("structuredContent");
        assertThat(info.getInt("age_seconds"), is(0));
        assertThat(info.getInt("idle_seconds_left"), is(600));
        assertThat(info.getInt("absolute_seconds_left"), is(24 * 3600));
        assertThat(info.getString("protocol_version"), is("2025-11-25"));
        assertThat(info.getString("replica"), is(not(emptyString())));
        assertThat(answer.text(), is(info.toString()));
        assertThat(answer.isToolError(), is(false));
    }

    @Test
    void sessionInfoKeepsToItsOutputSchema() {
        JsonObject schema = tools().getFirst().getJsonObject("outputSchema");

        JsonObject info = session.tool("session_info").result().getJsonObject("structuredContent");

        assertThat(info.keySet(), is(schema.getJsonObject("properties").keySet()));
        assertThat(schema.getJsonArray("required").size(), is(info.size()));
    }

    @Test
    void aNoteIsSetReadListedReplacedAndDeleted() {
        assertThat(session.tool("note_set", "name", "b", "text", "zwölf").text(), is("Stored note \"b\" (6 bytes)."));
        session.tool("note_set", "name", "a", "text", "");
        assertThat(session.tool("note_get", "name", "b").text(), is("zwölf"));
        assertThat(session.tool("note_list").text(),
                is("{\"notes\":[{\"name\":\"a\",\"bytes\":0},{\"name\":\"b\",\"bytes\":6}]}"));
        session.tool("note_set", "name", "b", "text", "two");
        assertThat(session.tool("note_get", "name", "b").text(), is("two"));
        assertThat(session.tool("note_delete", "name", "b").text(), is("Deleted note \"b\"."));
        assertThatItFails(session.tool("note_get", "name", "b"), "no note \"b\"");
        assertThatItFails(session.tool("note_delete", "name", "b"), "no note \"b\"");
    }

    @Test
    void notesOfOneSessionAreNotSeenInAnother() {
        session.tool("note_set", "name", "mine", "text", "x");

        McpClient other = server.alice().initialized();

        assertThat(other.tool("note_list").text(), is("{\"notes\":[]}"));
    }

    @Test
    void aNoteOf4096BytesFits() {
        String text = "ä".repeat(2048);

        session.tool("note_set", "name", "n", "text", text);

        assertThat(session.tool("note_get", "name", "n").text(), is(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ä", "€", "😀"})
    void aNoteOf4097BytesDoesNotFitHoweverFewCharactersItHas(String character) {
        int bytes = character.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        String text = character.repeat(4096 / bytes) + (4096 % bytes == 0 ? "x" : "xxx");

        assertThatItFails(session.tool("note_set", "name", "n", "text", text), "a note holds 4096 at most");

        assertThat(session.tool("note_list").text(), is("{\"notes\":[]}"));
    }

    @Test
    void textsThatAreHardToCarryComeBackAsTheyWere() {
        String text = "\u0000 \" \\ \n \u2028 😀 {\"a\":1} €";

        session.tool("note_set", "name", "n", "text", text);

        assertThat(session.tool("note_get", "name", "n").text(), is(text));
    }

    @Test
    void halfACharacterIsNoText() {
        Answer answer = session.post("""
                {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"note_set",
                 "arguments":{"name":"n","text":"\\ud83d"}}}""");

        assertThatItFails(answer, "Argument \"text\" is not Unicode text");
    }

    @Test
    void a65thNoteIsRefusedButAnExistingOneMayBeReplaced() {
        for (int i = 0; i < 64; i++) {
            assertThat(session.tool("note_set", "name", "n" + i, "text", "x").isToolError(), is(false));
        }

        assertThatItFails(session.tool("note_set", "name", "n64", "text", "x"), "holds 64 notes already");

        assertThat(session.tool("note_set", "name", "n0", "text", "y").isToolError(), is(false));
        session.tool("note_delete", "name", "n1");
        assertThat(session.tool("note_set", "name", "n64", "text", "x").isToolError(), is(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a/b", "ä", "a\n", "{1}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void aBadNameIsExplained(String name) {
        assertThatItFails(session.tool("note_set", "name", name, "text", "x"), "name takes 1 to 64 letters");
        assertThatItFails(session.tool("note_get", "name", name), "name takes 1 to 64 letters");
        assertThatItFails(session.tool("note_delete", "name", name), "name takes 1 to 64 letters");
    }

    @Test
    void anUnknownArgumentIsExplained() {
        assertThatItFails(session.tool("note_set", "name", "n", "txt", "x"),
                "Unknown argument \"txt\"; this tool takes: name, text, handle.");
        assertThatItFails(session.tool("note_list", "name", "n"), "Unknown argument \"name\"; this tool takes: handle.");
        assertThatItFails(session.tool("session_info", "a", "b"), "this tool takes: handle");
    }

    @Test
    void aMissingArgumentIsExplained() {
        assertThatItFails(session.tool("note_set", "name", "n"), "Argument \"text\" is missing.");
        assertThatItFails(session.tool("note_get"), "Argument \"name\" is missing.");
    }

    @Test
    void anArgumentOfAnotherTypeIsExplained() {
        Answer answer = session.call("tools/call", Json.createObjectBuilder().add("name", "note_get")
                .add("arguments", Json.createObjectBuilder().add("name", 7)).build());

        assertThatItFails(answer, "Argument \"name\" is not a string.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"name\":\"no_such_tool\"}", "{}", "{\"name\":7}",
            "{\"name\":\"note_list\",\"arguments\":[]}", "{\"name\":\"note_list\",\"arguments\":\"x\"}"})
    void aMalformedCallIsAnErrorOfTheProtocol(String params) {
        Answer answer = session.post("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/call\",\"params\":" + params
                + "}");

        assertThat(answer.status(), is(200));
        assertThat(answer.errorCode(), is(-32602));
        assertThat(answer.json().getString("id"), is("a"));
    }

    /** As clients send them whose models fill in every argument. */
    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\""})
    void anOptionalArgumentThatIsNullOrEmptyIsAbsent(String absent) {
        assertThat(called("note_set", "{\"name\":\"n\",\"text\":\"kept\",\"handle\":" + absent + "}").isToolError(),
                is(false));
        String handle = "{\"handle\":" + absent + "}";
        assertThat(called("session_info", handle).isToolError(), is(false));
        assertThat(called("note_list", handle).text(), is("{\"notes\":[{\"name\":\"n\",\"bytes\":4}]}"));
        String named = "{\"name\":\"n\",\"handle\":" + absent + "}";
        assertThat(called("note_get", named).text(), is("kept"));
        assertThat(called("note_delete", named).isToolError(), is(false));
    }

    @Test
    void argumentsThatAreNullAreNone() {
        assertThat(called("note_list", "null").text(), is("{\"notes\":[]}"));
        assertThat(called("session_info", "null").isToolError(), is(false));
        assertThatItFails(called("note_get", "null"), "Argument \"name\" is missing.");
        assertThatItFails(called("note_get", "{\"name\":null}"), "Argument \"name\" is missing.");
    }

    @Test
    void everyResultKeepsToItsOutputSchema() {
        assertThatItKeepsToItsSchema("session_info", called("session_info", "{}"));
        assertThatItKeepsToItsSchema("note_set", called("note_set", "{\"name\":\"n\",\"text\":\"kept\"}"));
        assertThatItKeepsToItsSchema("note_get", called("note_get", "{\"name\":\"n\"}"));
        assertThatItKeepsToItsSchema("note_list", called("note_list", "{}"));
        assertThatItKeepsToItsSchema("note_delete", called("note_delete", "{\"name\":\"n\"}"));
    }

    private void assertThatItKeepsToItsSchema(String tool, Answer answer) {
        JsonObject schema = tools().stream().filter(it -> it.getString("name").equals(tool)).findFirst().orElseThrow()
                .getJsonObject("outputSchema");
        List<Error> wrong = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema.toString())
                .validate(answer.result().getJsonObject("structuredContent").toString(), InputFormat.JSON);
        assertThat(tool, wrong, is(empty()));
    }

    @Test
    void theHandleIsThereForProgramsAsWellAsForModels() {
        Stateless stateless = Stateless.of(server.alice());

        JsonObject stored = stateless.call("tools/call", Json.createObjectBuilder().add("name", "note_set")
                .add("arguments", Json.createObjectBuilder().add("name", "n").add("text", "kept").addNull("handle"))
                .build()).result().getJsonObject("structuredContent");
        String handle = stored.getString("handle");
        Answer read = stateless.call("tools/call", Json.createObjectBuilder().add("name", "note_get")
                .add("arguments", Json.createObjectBuilder().add("name", "n").add("handle", handle)).build());

        assertThat(stored.getInt("bytes"), is(4));
        assertThat(read.result().getJsonObject("structuredContent").getString("text"), is("kept"));
        assertThat("a session needs none", called("note_set", "{\"name\":\"n\",\"text\":\"\"}").result()
                .getJsonObject("structuredContent").containsKey("handle"), is(false));
    }

    @Test
    void whatDoesNotExistIsNamedBrieflyAndHarmlessly() {
        assertThat(called("no_such_tool", "{}").errorMessage(), is("Unknown tool: no_such_tool"));
        assertThat(called("a\\n\\u001b[2Jb\\u202e", "{}").errorMessage(),
                is("Unknown tool: a\\u000a\\u001b[2Jb\\u202e"));
        assertThat(called("x".repeat(100_000), "{}").errorMessage(), is("Unknown tool: " + "x".repeat(64) + "..."));
        assertThat(session.call("prompts/get", Json.createObjectBuilder().add("name", "none").build()).errorMessage(),
                is("Unknown prompt: none"));
        assertThatItFails(called("note_list", "{\"" + "y".repeat(100_000) + "\":1}"), "\"" + "y".repeat(64) + "...\"");
    }

    /** With arguments as JSON. */
    private Answer called(String tool, String arguments) {
        return session.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\",\"arguments\":" + arguments + "}}");
    }

    private static void assertThatItFails(Answer answer, String explanation) {
        assertThat(answer.status(), is(200));
        assertThat(answer.toString(), answer.isToolError(), is(true));
        assertThat(answer.text(), containsString(explanation));
    }

    private List<JsonObject> tools() {
        List<JsonObject> tools = session.call("tools/list").result().getJsonArray("tools")
                .getValuesAs(JsonObject.class);
        assertThat(tools, is(not(empty())));
        return tools;
    }
}
