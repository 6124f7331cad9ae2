package io.mcpsession.http;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** Batches, which 2025-03-26 alone knows. */
@ExtendWith(FixtureServer.Shared.class)
class BatchTest {

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final String NOTIFICATION = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
    private static final String RESPONSE = "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{}}";

    private final McpClient alice;
    private final McpClient session;

    BatchTest(FixtureServer server) {
        this.alice = server.alice();
        this.session = inSession("2025-03-26");
    }

    private McpClient inSession(String version) {
        return alice.in(alice.call("initialize",
                Json.createObjectBuilder().add("protocolVersion", version).build()).session());
    }

    @Test
    void isAnsweredWithAnAnswerForEachRequest() {
        Answer answer = session.post("[" + PING + "," + NOTIFICATION + "," + call("a", "test_simple_text") + ","
                + call("2", "none") + "]");

        assertThat(answer.status(), is(200));
        JsonArray answers = answers(answer);
        assertThat(answers.size(), is(3));
        assertThat(of("1", answers).getJsonObject("result").isEmpty(), is(true));
        assertThat(of("\"a\"", answers).containsKey("result"), is(true));
        assertThat(of("\"2\"", answers).getJsonObject("error").getInt("code"), is(-32602));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[" + NOTIFICATION + "]", "[" + NOTIFICATION + "," + NOTIFICATION + "]",
            "[" + RESPONSE + "]"})
    void withoutRequestsIsAccepted(String batch) {
        Answer answer = session.post(batch);

        assertThat(answer.status(), is(202));
        assertThat(answer.body(), is(emptyString()));
    }

    @Test
    void withoutASessionIdIsServedWhereTheHeaderSaysNothingNewer() {
        assertThat(alice.post("[" + PING + "]").status(), is(200));
        assertThat(alice.with("MCP-Protocol-Version", "2025-03-26").post("[" + PING + "]").status(), is(200));
        assertRefused(alice.with("MCP-Protocol-Version", "2025-06-18").post("[" + PING + "]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-06-18", "2025-11-25"})
    void isRefusedInASessionOfALaterRevision(String version) {
        McpClient later = inSession(version);

        assertRefused(later.post("[" + PING + "]"));
        assertRefused(later.post("[" + NOTIFICATION + "]"));
    }

    @Test
    void isServedInASessionOfItsRevisionWhateverTheHeaderSays() {
        McpClient odd = session.with("MCP-Protocol-Version", "2025-11-25");

        assertThat(odd.post("[" + PING + "]").status(), is(200));
        assertThat(odd.post("[" + NOTIFICATION + "]").status(), is(202));
    }

    @Test
    void thatIsRefusedOpensNoSession() {
        Answer answer = alice.with("MCP-Protocol-Version", "2025-06-18").post("[" + PING + "]");

        assertThat(answer.header("mcp-session-id").isPresent(), is(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[1]", "[[]]", "[" + PING + ",{}]",
            "[" + PING + ",{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"initialize\"}]"})
    void isRefusedWhenItIsNoneOrInitializes(String batch) {
        assertRefused(session.post(batch));
    }

    @Test
    void isRefusedWhenAnyOfItIsStateless() {
        String list = Stateless.of(alice).request("tools/list", Json.createObjectBuilder().build());

        assertRefused(session.post("[" + PING + "," + list + "]"));
    }

    @Test
    void takesTwentyMessages() {
        assertThat(answers(session.post(pings(20))).size(), is(20));
        assertRefused(session.post(pings(21)));
    }

    private static String pings(int count) {
        return IntStream.range(0, count).mapToObj(id -> PING.replace("1", Integer.toString(id)))
                .collect(Collectors.joining(",", "[", "]"));
    }

    @Test
    void cannotAskTheClient() {
        JsonArray answers = answers(session.post("[" + call("a", "test_missing_capability") + "]"));

        assertThat(answers.getJsonObject(0).getJsonObject("result").getBoolean("isError"), is(true));
    }

    @Test
    void hasNoAnswerForACallThatWasCancelled() {
        CompletableFuture<Answer> running = CompletableFuture.supplyAsync(
                () -> session.post("[" + call("gone", "test_wait_until_cancelled") + "," + PING + "]"));

        // Again and again, because it may not have begun yet.
        eventually(() -> {
            session.post("""
                    {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"gone"}}""");
            return running.isDone();
        }, is(true));

        JsonArray answers = answers(running.join());
        assertThat(answers.size(), is(1));
        assertThat(of("1", answers), is(not(JsonObject.EMPTY_JSON_OBJECT)));
    }

    @Test
    void tellsAFaultInTheAnswerOfTheCallThatHasIt() {
        try (LogCapture _ = new LogCapture(HttpErrors.class)) {
            JsonArray answers = answers(session.post("[" + call("bad", "test_fault") + "," + PING + "]"));

            assertThat(of("\"bad\"", answers).getJsonObject("error").getInt("code"), is(-32603));
            assertThat(of("1", answers).containsKey("result"), is(true));
        }
    }

    private static String call(String id, String tool) {
        return "{\"jsonrpc\":\"2.0\",\"id\":\"" + id + "\",\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\"}}";
    }

    private static void assertRefused(Answer answer) {
        assertThat(answer.toString(), answer.status(), is(400));
        assertThat(answer.errorCode(), is(-32600));
    }

    private static JsonArray answers(Answer answer) {
        try (JsonReader reader = Json.createReader(new StringReader(answer.body()))) {
            return reader.readArray();
        }
    }

    private static JsonObject of(String id, JsonArray answers) {
        return answers.getValuesAs(JsonObject.class).stream()
                .filter(answer -> answer.get("id").toString().equals(id))
                .findFirst()
                .orElse(JsonObject.EMPTY_JSON_OBJECT);
    }
}
