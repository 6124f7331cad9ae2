package io.mcpsession.http;

import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** A handler with a fault that shows after its answer has become a stream. */
@ExtendWith(FixtureServer.Shared.class)
@Timeout(60)
class FaultyStreamTest {

    private static final String TOOL = "test_fault_amid_stream";

    private final McpClient alice;

    FaultyStreamTest(FixtureServer server) {
        this.alice = server.alice();
    }

    @Test
    void endsWithAnErrorInTheSessionEra() {
        String session = session();
        try (LogCapture _ = new LogCapture(HttpErrors.class); EventSource stream = call(session)) {
            assertThat(stream.message().json().getString("method"), is("notifications/message"));
            assertThat(stream.message().json(), is(internalError()));
            assertThat(stream.next(), is(Optional.empty()));
        }
    }

    @Test
    void endsForAClientThatResumesIt() {
        String session = session();
        String start;
        try (LogCapture _ = new LogCapture(HttpErrors.class); EventSource stream = call(session)) {
            start = stream.next().orElseThrow().id();
            while (stream.next().isPresent()) {
                // To its end.
            }
        }

        try (EventSource rest = EventSource.get(alice.in(session).with("Last-Event-ID", start))) {
            assertThat(rest.message().json().getString("method"), is("notifications/message"));
            assertThat(rest.message().json(), is(internalError()));
            assertThat(rest.next(), is(Optional.empty()));
        }
    }

    @Test
    void endsWithAnErrorInTheStatelessEra() {
        Stateless stateless = Stateless.of(alice);
        JsonObject params = Json.createObjectBuilder()
                .add("name", TOOL)
                .add("_meta", Json.createObjectBuilder().add("io.modelcontextprotocol/logLevel", "info"))
                .build();

        try (LogCapture _ = new LogCapture(HttpErrors.class);
                EventSource stream = EventSource.post(
                        alice.with(Stateless.headers("tools/call", params)), stateless.request("tools/call", params))) {
            assertThat(stream.message().json().getString("method"), is("notifications/message"));
            assertThat(stream.message().json(), is(internalError()));
            assertThat(stream.next(), is(Optional.empty()));
        }
    }

    private String session() {
        return alice.call("initialize").session();
    }

    private EventSource call(String session) {
        return EventSource.post(alice.in(session), """
                {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s"}}""".formatted(TOOL));
    }

    private static JsonObject internalError() {
        return Json.createObjectBuilder().add("jsonrpc", "2.0").add("id", 1)
                .add("error", Json.createObjectBuilder().add("code", -32603).add("message", "Internal error"))
                .build();
    }
}
