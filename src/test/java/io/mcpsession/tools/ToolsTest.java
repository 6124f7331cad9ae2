package io.mcpsession.tools;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
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
