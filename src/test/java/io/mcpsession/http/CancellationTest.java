package io.mcpsession.http;

import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.http.Cell.params;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Calls that nobody waits for any more: each era has its own way to say so. */
@ExtendWith(FixtureServer.Shared.class)
@Timeout(60)
class CancellationTest {

    private static final JsonObject CALL = Json.createObjectBuilder()
            .add("name", "test_wait_until_cancelled")
            .add("_meta", params("progressToken", "p"))
            .build();

    private final McpClient alice;
    /** Hears when the tool has seen that it was cancelled. */
    private EventSource listener;

    CancellationTest(FixtureServer server) {
        this.alice = server.alice();
    }

    @BeforeEach
    void listen() {
        JsonObject wanted = Json.createObjectBuilder().add("notifications", Json.createObjectBuilder()
                .add("resourceSubscriptions", Json.createArrayBuilder().add("test://template/cancelled/data"))
                .add("promptsListChanged", true)).build();
        listener = EventSource.post(alice.with(Stateless.headers("subscriptions/listen", wanted)),
                Stateless.of(alice).request("subscriptions/listen", wanted));
        listener.message();
    }

    @AfterEach
    void stopListening() {
        listener.close();
    }

    @Test
    void inTheStatelessEraGoingAwayCancels() {
        try (EventSource stream = EventSource.post(alice.with(Stateless.headers("tools/call", CALL)),
                Stateless.of(alice).request("tools/call", CALL))) {
            stream.message();
        }

        assertThat(heard(), is("notifications/resources/updated"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "\"seven\""})
    void inTheSessionEraTheClientSaysSoAndGetsNoAnswer(String id) {
        McpClient session = alice.initialized();
        try (EventSource stream = call(session, id)) {
            stream.message();

            cancel(session, id);

            assertThat(heard(), is("notifications/resources/updated"));
            assertThat(stream.next(), is(Optional.empty()));
        }
    }

    @Test
    void inTheSessionEraGoingAwayCancelsNothing() {
        McpClient session = alice.initialized();
        try (EventSource stream = call(session, "7")) {
            stream.message();
        }

        // Time enough for a connection that is gone to be noticed is what the next call takes.
        session.tool("test_tool_with_progress");
        session.tool("test_trigger_prompt_change");
        assertThat(heard(), is("notifications/prompts/list_changed"));

        cancel(session, "7");
        assertThat(heard(), is("notifications/resources/updated"));
    }

    @Test
    void inTheSessionEraOnlyTheRequestThatIsNamedIsCancelled() {
        McpClient session = alice.initialized();
        try (EventSource stream = call(session, "7")) {
            stream.message();

            cancel(session, "\"7\"");
            cancel(session, "8");
            cancel(session, "null");
            cancel(alice.initialized(), "7");
            session.tool("test_trigger_prompt_change");
            assertThat(heard(), is("notifications/prompts/list_changed"));

            cancel(session, "7");
            assertThat(heard(), is("notifications/resources/updated"));
        }
    }

    private static EventSource call(McpClient session, String id) {
        return EventSource.post(session,
                "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"tools/call\",\"params\":" + CALL + "}");
    }

    private static void cancel(McpClient session, String id) {
        session.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + id
                + "}}");
    }

    private String heard() {
        return listener.message().json().getString("method");
    }
}
