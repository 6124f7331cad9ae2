package io.mcpsession.http;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

/** Handlers that ask the client, and clients that answer well, badly or not at all. */
@ExtendWith(FixtureServer.Shared.class)
@Timeout(60)
class AskingTest {

    private static final String PREFIX = "test_input_required_result_";
    private static final String ACCEPTED = "{\"action\":\"accept\",\"content\":{\"name\":\"Alice\"}}";

    private final McpClient alice;

    AskingTest(FixtureServer server) {
        this.alice = server.alice();
    }

    @Test
    void inTheSessionEraAQuestionComesOnTheStreamAndItsAnswerByAnotherPost() {
        JsonObject result = answered("elicitation", "{\"elicitation\":{}}", "\"result\":" + ACCEPTED);

        assertThat(text(result), is("Hello, Alice!"));
    }

    @Test
    void inTheSessionEraARefusalFailsTheTool() {
        JsonObject result = answered("elicitation", "{\"elicitation\":{}}",
                "\"error\":{\"code\":-1,\"message\":\"not today\"}");

        assertThat(result.getBoolean("isError", false), is(true));
        assertThat(text(result), containsString("not today"));
    }

    @Test
    void inTheSessionEraARefusalIsAnErrorOfAPrompt() {
        String session = session("{\"elicitation\":{}}");
        try (EventSource stream = EventSource.post(alice.in(session), """
                {"jsonrpc":"2.0","id":1,"method":"prompts/get",
                 "params":{"name":"test_input_required_result_prompt"}}""")) {
            alice.in(session).post("{\"jsonrpc\":\"2.0\",\"id\":" + stream.message().json().get("id")
                    + ",\"error\":{\"code\":-1,\"message\":\"not today\"}}");

            JsonObject error = stream.message().json().getJsonObject("error");
            assertThat(error.getInt("code"), is(-32600));
            assertThat(error.getString("message"), containsString("not today"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "elicitation|elicitation|{}",
            "elicitation|elicitation|{\"action\":\"maybe\"}",
            "elicitation|elicitation|{\"action\":\"accept\",\"content\":[]}",
            "sampling|sampling|{}",
            "sampling|sampling|{\"role\":7,\"content\":{}}",
            "list_roots|roots|{}",
            "list_roots|roots|{\"roots\":{}}"})
    void inTheSessionEraAnAnswerThatIsNoneFailsTheTool(String tool, String capability, String answer) {
        JsonObject result = answered(tool, "{\"" + capability + "\":{}}", "\"result\":" + answer);

        assertThat(result.getBoolean("isError", false), is(true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"action\":\"maybe\"}", "7", "null", "[]"})
    void inTheStatelessEraAnAnswerThatIsNoneIsAskedForAgain(String answer) {
        JsonObject result = again("elicitation", "{\"user_name\":" + answer + "}", "").result();

        assertThat(result.getString("resultType"), is("input_required"));
        assertThat(result.getJsonObject("inputRequests").containsKey("user_name"), is(true));
    }

    @Test
    void inTheStatelessEraOnlyWhatIsStillMissingIsAskedForAgain() {
        Answer first = again("multiple_inputs", "{\"user_name\":" + ACCEPTED + "}", "");

        JsonObject questions = first.result().getJsonObject("inputRequests");
        assertThat(questions.keySet().toString(), is("[greeting, client_roots]"));

        Answer second = again("multiple_inputs", """
                {"greeting":{"role":"assistant","model":"m","content":{"type":"text","text":"Hello"}},
                 "client_roots":{"roots":[]}}""", first.result().getString("requestState"));
        assertThat(second.text(), is("Name: Alice; Greeting: Hello; 0 root(s)"));
    }

    @Test
    void inTheStatelessEraOnlyAnswersToQuestionsAreCarriedOn() {
        Answer answer = again("multi_round", "{\"step1\":" + ACCEPTED + ",\"never_asked\":" + ACCEPTED
                + ",\"step3\":" + ACCEPTED + "}", "");

        assertThat(carried(answer).keySet().toString(), is("[step1]"));
    }

    @Test
    void inTheStatelessEraAnAnswerOfAnEarlierRoundIsGoodWithItsStateAlone() {
        String state = again("multi_round", "{\"step1\":" + ACCEPTED + "}", "").result().getString("requestState");
        String color = "{\"step2\":{\"action\":\"accept\",\"content\":{\"color\":\"blue\"}}}";

        assertThat(again("multi_round", color, state).text(), is("Multi-round complete for Alice who likes blue"));
        assertThat(again("multi_round", color, "").result().getJsonObject("inputRequests").keySet().toString(),
                is("[step1]"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{}|true", "{\"form\":{}}|true", "{\"form\":{},\"url\":{}}|true",
            "{\"url\":{}}|false"})
    void onlyAClientThatTakesFormsIsAskedToFillInOne(String modes, boolean asked) {
        JsonObject capabilities = json("{\"elicitation\":" + modes + "}");
        Answer stateless = new Stateless(alice, capabilities).tool(PREFIX + "elicitation");
        assertThat(stateless.status(), is(asked ? 200 : 400));

        String session = session(capabilities.toString());
        if (asked) {
            try (EventSource stream = call("elicitation", session)) {
                JsonObject question = stream.message().json();
                assertThat(question.getString("method"), is("elicitation/create"));
                // A call of a session waits for its answer though its client be gone.
                alice.in(session).post("{\"jsonrpc\":\"2.0\",\"id\":" + question.get("id")
                        + ",\"result\":{\"action\":\"decline\"}}");
                assertThat(stream.message().json().containsKey("result"), is(true));
            }
        } else {
            assertThat(alice.in(session).tool(PREFIX + "elicitation").isToolError(), is(true));
        }
    }

    /** The result of a tool that asks, in the session era. */
    private JsonObject answered(String tool, String capabilities, String answer) {
        String session = session(capabilities);
        try (EventSource stream = call(tool, session)) {
            JsonObject question = stream.message().json();
            Answer accepted = alice.in(session).post("{\"jsonrpc\":\"2.0\",\"id\":" + question.get("id") + "," + answer
                    + "}");
            assertThat(accepted.status(), is(202));
            return stream.message().json().getJsonObject("result");
        }
    }

    private String session(String capabilities) {
        return alice.call("initialize", Json.createObjectBuilder().add("capabilities", json(capabilities)).build())
                .session();
    }

    private EventSource call(String tool, String session) {
        return EventSource.post(alice.in(session),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + PREFIX + tool
                        + "\"}}");
    }

    /** A round of a call in the stateless era. */
    private Answer again(String tool, String answers, String state) {
        var params = Json.createObjectBuilder().add("name", PREFIX + tool).add("inputResponses", json(answers));
        if (!state.isEmpty()) {
            params.add("requestState", state);
        }
        return Stateless.of(alice).declaring("elicitation", "sampling", "roots").call("tools/call", params.build());
    }

    private static JsonObject carried(Answer answer) {
        String payload = answer.result().getString("requestState").split("\\.")[0];
        return json(new String(Base64.getUrlDecoder().decode(payload), UTF_8)).getJsonObject("answers");
    }

    private static String text(JsonObject result) {
        return result.getJsonArray("content").getJsonObject(0).getString("text");
    }

    private static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
