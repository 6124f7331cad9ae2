package io.mcpsession.http;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.http.Cell.params;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** What clients get by what they say they accept (RFC 9110, section 12.5.1). */
@ExtendWith(FixtureServer.Shared.class)
@Timeout(60)
class AcceptsTest {

    private static final String PING = """
            {"jsonrpc":"2.0","id":1,"method":"ping"}""";
    private static final String LOGGING = """
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_tool_with_logging"}}""";
    private static final String STREAM = "text/event-stream";
    private static final String JSON = "application/json";

    private final McpClient alice;

    AcceptsTest(FixtureServer server) {
        this.alice = McpClient.of(server.endpoint(), server.alice().header("Authorization").substring("Bearer ".length()));
    }

    private McpClient session() {
        return alice.initialized();
    }

    private static Optional<String> type(EventSource answer) {
        return answer.header("content-type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "text/*", "TEXT/Event-Stream", "text/event-stream;q=0.1", "application/json, */*;q=0.1",
            "text/event-stream; charset=utf-8", " , text/event-stream ,", "*/*;q=0, text/event-stream",
            "text/html, application/xhtml+xml, */*;q=0.8", "text/*;q=oops"})
    void theStreamOfServerMessages(String accept) {
        try (EventSource stream = EventSource.accepting(session(), accept)) {
            assertThat(stream.status(), is(200));
            assertThat(type(stream), is(Optional.of(STREAM)));
        }
    }

    @Test
    void theStreamOfServerMessagesForAClientThatNamesNothingOrTwice() {
        try (EventSource stream = EventSource.accepting(session())) {
            assertThat(type(stream), is(Optional.of(STREAM)));
        }
        try (EventSource stream = EventSource.accepting(session(), "text/html", STREAM)) {
            assertThat(type(stream), is(Optional.of(STREAM)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html", "text/event-stream;q=0", "text/event-stream;q=0, */*",
            "text/event-stream; q=0.000, text/*", "*/*;q=0", "text/*;q=0, */*", "text/event-streams"})
    void noStreamOfServerMessages(String accept) {
        try (EventSource refused = EventSource.accepting(session(), accept)) {
            assertThat(refused.status(), is(406));
            assertThat(type(refused), is(Optional.of(JSON)));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "*/*|text/event-stream", "text/*, application/json|text/event-stream", "text/event-stream|text/event-stream",
            "application/json, text/event-stream|text/event-stream", "application/*, */*;q=0.1|text/event-stream",
            "application/json|application/json", "application/*|application/json",
            "application/json, text/event-stream;q=0|application/json", "*/*, text/*;q=0|application/json",
            "application/json;q=0.2, text/event-stream; q=0.0|application/json"})
    void aCallThatSendsMessages(String accept, String type) {
        try (EventSource answer = EventSource.posting(session(), LOGGING, accept)) {
            assertThat(answer.status(), is(200));
            assertThat(type(answer), is(Optional.of(type)));
        }
        JsonObject params = Json.createObjectBuilder().add("name", "test_tool_with_logging")
                .add("_meta", Json.createObjectBuilder().add("io.modelcontextprotocol/logLevel", "info")).build();
        try (EventSource answer = EventSource.posting(alice.with(Stateless.headers("tools/call", params)),
                Stateless.of(alice).request("tools/call", params), accept)) {
            assertThat(answer.status(), is(200));
            assertThat(type(answer), is(Optional.of(type)));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "*/*|application/json", "application/json, text/event-stream|application/json", "text/*|text/event-stream",
            "text/event-stream|text/event-stream", "application/json;q=0, */*|text/event-stream"})
    void aCallThatSendsNothingElse(String accept, String type) {
        try (EventSource answer = EventSource.posting(session(), PING, accept)) {
            assertThat(answer.status(), is(200));
            assertThat(type(answer), is(Optional.of(type)));
        }
    }

    @Test
    void aToolCanAskAClientThatTakesAnything() {
        JsonObject capable = Json.createObjectBuilder().add("protocolVersion", "2025-11-25")
                .add("capabilities", Json.createObjectBuilder().add("elicitation", JsonObject.EMPTY_JSON_OBJECT)).build();
        McpClient session = alice.in(alice.call("initialize", capable).session());

        try (EventSource stream = EventSource.posting(session, """
                {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_elicitation",
                 "arguments":{"message":"Well?"}}}""", "*/*")) {
            JsonObject question = stream.message().json();
            assertThat(question.getString("method"), is("elicitation/create"));
            session.post("{\"jsonrpc\":\"2.0\",\"id\":" + question.get("id") + ",\"result\":{\"action\":\"decline\"}}");
            assertThat(stream.message().json().containsKey("result"), is(true));
        }
    }

    @Test
    void anInitializeOfAClientThatTakesStreamsAlone() {
        try (EventSource stream = EventSource.posting(alice, """
                {"jsonrpc":"2.0","id":1,"method":"initialize"}""", STREAM)) {
            assertThat(type(stream), is(Optional.of(STREAM)));
            assertThat(stream.header("mcp-session-id").isPresent(), is(true));
            assertThat(stream.message().json().getJsonObject("result").getString("protocolVersion"), is("2025-11-25"));
        }
    }

    @Test
    void aListenerMustTakeStreams() {
        JsonObject none = params();
        String listen = Stateless.of(alice).request("subscriptions/listen", none);
        McpClient listening = alice.with(Stateless.headers("subscriptions/listen", none));

        Answer refused = listening.with("Accept", JSON).post(listen);

        assertThat(refused.status(), is(406));
        try (EventSource stream = EventSource.posting(listening, listen, "*/*")) {
            assertThat(type(stream), is(Optional.of(STREAM)));
        }
    }
}
