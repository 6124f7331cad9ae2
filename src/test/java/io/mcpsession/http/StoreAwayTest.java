package io.mcpsession.http;

import io.mcpsession.auth.TokenSecret;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.SecureRandom;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.mcpsession.http.Cell.params;
import static io.mcpsession.http.Cell.stateless;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

/** What is answered while Redis is away: never that a session or a token is gone, for it may well be there. */
class StoreAwayTest {

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final Pattern HANDLE = Pattern.compile("Its handle is (\\S+):");

    private static final String UNKNOWN = TokenSecret.mint(new SecureRandom());

    private static EmbeddedRedis redis;
    private static FixtureServer server;
    private static LogCapture log;
    private static McpClient alice;
    private static McpClient session;
    private static Stateless stateless;
    private static String handle;
    private static String requestState;

    @BeforeAll
    static void loseTheStore() {
        redis = EmbeddedRedis.start();
        server = FixtureServer.on(redis.address(), "mcp.store.redis.timeout", "200ms");
        log = new LogCapture("io.mcpsession");
        alice = server.alice();
        session = alice.initialized();
        stateless = Stateless.of(alice).declaring("elicitation");
        handle = handle(notes("note_set", params("name", "n", "text", "t")));
        requestState = stateless.tool("test_input_required_result_elicitation").result().getString("requestState");
        redis.close();
    }

    @AfterAll
    static void stop() {
        server.close();
        log.close();
        redis.close();
    }

    static Stream<Cell> sessionEra() {
        return Stream.of(
                cell("initialize", () -> alice.call("initialize")),
                cell("a call in a session", () -> session.call("ping")),
                cell("a call without a session id", () -> alice.call("ping")),
                cell("a call in another user's session",
                        () -> server.bob().in(session.header("Mcp-Session-Id")).call("ping")),
                cell("a notification", () -> session.notify("notifications/initialized")),
                cell("a batch", () -> session.post("[" + PING + "]")),
                cell("GET", () -> session.send("GET", BodyPublishers.noBody())),
                cell("DELETE", session::delete),
                cell("a token that only the store could know", () -> server.anybody(UNKNOWN).call("ping")));
    }

    private static Cell cell(String situation, Supplier<Answer> answer) {
        return Cell.sessions(situation, 503, "-32003", answer);
    }

    static Stream<Cell> statelessEra() {
        return Stream.of(
                stateless("server/discover", 200, "result", () -> stateless.call("server/discover")),
                stateless("tools/list", 200, "result", () -> stateless.call("tools/list")),
                stateless("tools/call", 200, "result", () -> stateless.tool("test_simple_text")),
                stateless("tools/call with a session id", 200, "result",
                        () -> Stateless.of(session).tool("test_simple_text")),
                stateless("tools/call in a conversation", 200, "result", () -> inConversation("test_simple_text")),
                stateless("resources/read", 200, "result",
                        () -> stateless.call("resources/read", params("uri", "test://static-text"))),
                stateless("prompts/get", 200, "result",
                        () -> stateless.call("prompts/get", params("name", "test_simple_prompt"))),
                stateless("a tool that asks", 200, "result",
                        () -> stateless.tool("test_input_required_result_elicitation")),
                stateless("a tool that was answered", 200, "result", StoreAwayTest::answered),
                stateless("a handle", 200, "isError", () -> notes("note_get", params("name", "n", "handle", handle))),
                stateless("a handle to be made", 200, "isError",
                        () -> notes("note_set", params("name", "n", "text", "t"))),
                stateless("a tool that wants the conversation", 200, "isError", () -> inConversation("note_list")));
    }

    @ParameterizedTest
    @MethodSource({"sessionEra", "statelessEra"})
    void eachSituationHasItsAnswer(Cell cell) {
        cell.check();
    }

    @ParameterizedTest
    @MethodSource("sessionEra")
    void whoeverNeedsTheStoreIsToldToComeBackSoon(Cell cell) {
        Answer answer = cell.answer().get();

        assertThat(answer.header("retry-after").orElseThrow(), is("1"));
        assertThat(answer.header("mcp-session-id").isPresent(), is(false));
    }

    @Test
    void aToolThatNeedsTheStoreTellsTheModelToTryAgain() {
        Answer answer = notes("note_get", params("name", "n", "handle", handle));

        assertThat(answer.text(), containsString("try again"));
        assertThat(answer.result().getString("resultType"), is("complete"));
    }

    private static Answer notes(String tool, JsonObject arguments) {
        return stateless.call("tools/call", Json.createObjectBuilder()
                .add("name", tool).add("arguments", arguments).build());
    }

    private static Answer inConversation(String tool) {
        return stateless.call("tools/call", Json.createObjectBuilder()
                .add("name", tool).add("_meta", params("openai/session", "v1/x")).build());
    }

    private static Answer answered() {
        return stateless.call("tools/call", Json.createObjectBuilder()
                .add("name", "test_input_required_result_elicitation")
                .add("requestState", requestState)
                .add("inputResponses", Json.createObjectBuilder().add("user_name", Json.createObjectBuilder()
                        .add("action", "accept").add("content", params("name", "Alice"))))
                .build());
    }

    private static String handle(Answer answer) {
        Matcher matcher = HANDLE.matcher(answer.text());
        if (!matcher.find()) {
            throw new AssertionError("no handle in " + answer);
        }
        return matcher.group(1);
    }
}
