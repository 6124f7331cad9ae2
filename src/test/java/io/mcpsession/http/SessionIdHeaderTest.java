package io.mcpsession.http;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.Stateless;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.http.Cell.params;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/**
 * Every answer to a call in a session names the session ("Response should return same session ID", the original's
 * second test), whatever the answer is and however the session was found.
 */
@Timeout(60)
class SessionIdHeaderTest {

    private static final String LOGGING = """
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_tool_with_logging"}}""";
    private static final String CONVERSATION = """
            {"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"openai/session":"%s"}}}""";

    private static EmbeddedRedis redis;
    private static PlainRedis plain;
    private static FixtureServer compat;
    private static FixtureServer robust;
    private static FixtureServer strict;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        plain = new PlainRedis(redis.address());
        compat = FixtureServer.on(redis.address(), "mcp.session.policy", "compat");
        robust = FixtureServer.on(redis.address(), "mcp.session.policy", "robust");
        strict = FixtureServer.on(redis.address(), "mcp.session.policy", "strict");
    }

    @AfterAll
    static void stop() {
        compat.close();
        robust.close();
        strict.close();
        plain.close();
        redis.close();
    }

    private static String opened(FixtureServer server, String version) {
        return server.alice().call("initialize", params("protocolVersion", version)).session();
    }

    private static String opened(FixtureServer server) {
        return opened(server, "2025-11-25");
    }

    private static String expired(FixtureServer server) {
        String id = opened(server);
        plain.expire(id);
        return id;
    }

    static Stream<Arguments> calls() {
        return Stream.of("2025-03-26", "2025-06-18", "2025-11-25").flatMap(version -> Stream.of(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no/such\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"no_such_tool\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test_error_handling\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":\"test://none\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/get\"}").map(body -> Arguments.of(version, body)));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aCallIsAnsweredUnderItsId(String version, String body) {
        String id = opened(compat, version);

        Answer answer = compat.alice().in(id).post(body);

        assertThat(answer.status(), is(200));
        assertThat(answer.headers().get("mcp-session-id"), is(List.of(id)));
    }

    @Test
    void aBatchIsAnsweredUnderItsIdAndSoIsOneThatIsRefused() {
        String id = opened(compat, "2025-03-26");
        String later = opened(compat);
        String batch = "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]";

        assertThat(compat.alice().in(id).post(batch).session(), is(id));
        Answer refused = compat.alice().in(later).post(batch);
        assertThat(refused.status(), is(400));
        assertThat(refused.session(), is(later));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-03-26", "2025-06-18", "2025-11-25"})
    void aStreamNamesItsSession(String version) {
        String id = opened(compat, version);

        try (EventSource stream = EventSource.post(compat.alice().in(id), LOGGING)) {
            assertThat(stream.header("content-type"), is(Optional.of("text/event-stream")));
            assertThat(stream.header("mcp-session-id"), is(Optional.of(id)));
        }
    }

    @Test
    void theStreamOfServerMessagesAndAResumedOneNameTheirSession() {
        String id = opened(compat);

        String last;
        try (EventSource stream = EventSource.get(compat.alice().in(id))) {
            assertThat(stream.header("mcp-session-id"), is(Optional.of(id)));
            last = stream.next().orElseThrow().id();
        }
        try (EventSource stream = EventSource.get(compat.alice().in(id).with("Last-Event-ID", last))) {
            assertThat(stream.header("mcp-session-id"), is(Optional.of(id)));
        }
        try (EventSource stream = EventSource.post(compat.alice().in(id), LOGGING)) {
            last = stream.next().orElseThrow().id();
        }
        try (EventSource stream = EventSource.get(compat.alice().in(id).with("Last-Event-ID", last))) {
            assertThat(stream.header("mcp-session-id"), is(Optional.of(id)));
        }
    }

    @Test
    void aRenewedSessionIsNamedByTheFirstAnswerAndByEachThatFollowsUnderEitherId() {
        String old = expired(compat);

        String renewed = compat.alice().in(old).call("ping").session();

        assertThat(renewed, is(not(old)));
        assertThat(compat.alice().in(renewed).call("ping").session(), is(renewed));
        assertThat(compat.alice().in(old).call("ping").session(), is(renewed));
        assertThat(compat.alice().in(old).call("no/such").session(), is(renewed));
        try (EventSource stream = EventSource.post(compat.alice().in(old), LOGGING)) {
            assertThat(stream.header("mcp-session-id"), is(Optional.of(renewed)));
        }
        try (EventSource stream = EventSource.get(compat.alice().in(old))) {
            assertThat(stream.header("mcp-session-id"), is(Optional.of(renewed)));
        }
    }

    @Test
    void aRevivedSessionIsNamedByItsOldId() {
        String id = expired(robust);

        assertThat(robust.alice().in(id).call("ping").session(), is(id));
        assertThat(robust.alice().in(id).call("ping").session(), is(id));
    }

    @Test
    void aConversationNamesItsSessionInEveryAnswer() {
        String call = CONVERSATION.formatted("one");

        String id = compat.alice().post(call).session();

        assertThat(compat.alice().post(call).session(), is(id));
        assertThat(compat.alice().in(id).post(call).session(), is(id));
    }

    @Test
    void aSessionThatIsNotTheCallersIsNeverNamed() {
        String hers = opened(compat);

        assertThat(compat.bob().in(hers).call("ping").session(), is(not(hers)));
        assertThat(strict.bob().in(hers).call("ping").header("mcp-session-id"), is(Optional.empty()));
        assertThat(strict.alice().in("unknown").call("ping").header("mcp-session-id"), is(Optional.empty()));
        assertThat(robust.alice().call("ping").header("mcp-session-id"), is(Optional.empty()));
        try (EventSource stream = EventSource.get(compat.bob().in(hers))) {
            assertThat(stream.status(), is(404));
            assertThat(stream.header("mcp-session-id"), is(Optional.empty()));
        }
    }

    @Test
    void anEndedSessionIsNamedNeitherByTheEndNorAfterIt() {
        McpClient session = compat.alice().in(opened(compat));

        assertThat(session.delete().header("mcp-session-id"), is(Optional.empty()));
        Answer after = session.call("ping");
        assertThat(after.status(), is(404));
        assertThat(after.header("mcp-session-id"), is(Optional.empty()));
    }

    @Test
    void whatIsOnlyTakenNamesNoSession() {
        McpClient session = compat.alice().in(opened(compat, "2025-03-26"));

        for (Answer taken : List.of(session.notify("notifications/initialized"),
                session.post("{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}"),
                session.post("[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}]"))) {
            assertThat(taken.status(), is(202));
            assertThat(taken.header("mcp-session-id"), is(Optional.empty()));
        }
    }

    @Test
    void theStatelessEraNamesNone() {
        McpClient alice = compat.alice().in(opened(compat));
        JsonObject none = params();

        assertThat(Stateless.of(alice).call("tools/list").header("mcp-session-id"), is(Optional.empty()));
        assertThat(Stateless.of(alice).call("no/such").header("mcp-session-id"), is(Optional.empty()));
        try (EventSource stream = EventSource.post(alice.with(Stateless.headers("subscriptions/listen", none)),
                Stateless.of(alice).request("subscriptions/listen", none))) {
            assertThat(stream.status(), is(200));
            assertThat(stream.header("content-type"), is(Optional.of("text/event-stream")));
            assertThat(stream.header("mcp-session-id"), is(Optional.empty()));
        }
    }
}
