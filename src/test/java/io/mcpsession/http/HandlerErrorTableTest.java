package io.mcpsession.http;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.mcpsession.http.Cell.params;
import static io.mcpsession.http.Cell.sessions;
import static io.mcpsession.http.Cell.stateless;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** What calls are answered with that their handler refuses, in the session era and in the stateless one. */
@ExtendWith(FixtureServer.Shared.class)
class HandlerErrorTableTest {

    private static McpClient session;
    private static Stateless stateless;

    @BeforeAll
    static void start(FixtureServer server) {
        session = server.alice().initialized();
        stateless = Stateless.of(server.alice());
    }

    static Stream<Cell> handlers() {
        return Stream.of(
                sessions("missing capability of a tool", 200, "isError", () -> session.tool("test_missing_capability")),
                stateless("missing capability of a tool", 400, "-32021",
                        () -> stateless.tool("test_missing_capability")),
                sessions("missing capability of a prompt", 200, "-32600", () -> session.call("prompts/get",
                        params("name", "test_input_required_result_prompt"))),
                stateless("missing capability of a prompt", 400, "-32021", () -> stateless.call("prompts/get",
                        params("name", "test_input_required_result_prompt"))),
                sessions("unknown tool", 200, "-32602", () -> session.tool("none")),
                stateless("unknown tool", 200, "-32602", () -> stateless.tool("none")),
                sessions("unknown prompt", 200, "-32602", () -> session.call("prompts/get", params("name", "none"))),
                stateless("unknown prompt", 200, "-32602", () -> stateless.call("prompts/get", params("name", "none"))),
                sessions("bad cursor", 200, "-32602", () -> session.call("tools/list", params("cursor", "x"))),
                stateless("bad cursor", 200, "-32602", () -> stateless.call("tools/list", params("cursor", "x"))),
                sessions("bad log level", 200, "-32602",
                        () -> session.call("logging/setLevel", params("level", "loud"))),
                stateless("bad log level", 200, "-32602", () -> stateless.call("tools/list", Json.createObjectBuilder()
                        .add("_meta", params("io.modelcontextprotocol/logLevel", "loud")).build())),
                sessions("resource not found", 200, "-32002",
                        () -> session.call("resources/read", params("uri", "test://none"))),
                stateless("resource not found", 200, "-32602",
                        () -> stateless.call("resources/read", params("uri", "test://none"))),
                sessions("tool fails", 200, "isError", () -> session.tool("test_error_handling")),
                stateless("tool fails", 200, "isError", () -> stateless.tool("test_error_handling")),
                sessions("bad arguments", 200, "isError", () -> session.tool("test_sampling")),
                stateless("bad arguments", 200, "isError", () -> stateless.tool("test_sampling")),
                sessions("stale handle", 200, "isError", () -> session.tool("note_list", "handle", "stale")),
                stateless("stale handle", 200, "isError", () -> stateless.call("tools/call", Json.createObjectBuilder()
                        .add("name", "note_list").add("arguments", params("handle", "stale")).build())),
                stateless("forged request state", 200, "-32602",
                        () -> stateless.call("tools/call", params("name", "test_simple_text", "requestState", "x.y"))),
                sessions("internal error", 200, "-32603", () -> quietly(() -> session.tool("test_fault"))),
                stateless("internal error", 200, "-32603", () -> quietly(() -> stateless.tool("test_fault"))));
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void eachSituationHasItsAnswer(Cell cell) {
        cell.check();
    }

    @Test
    void aMissingCapabilityIsNamedAsClientsDeclareIt() {
        JsonObject data = data(stateless.tool("test_missing_capability"));

        assertThat(data.toString(), is("{\"requiredCapabilities\":{\"sampling\":{}}}"));
    }

    @Test
    void aResourceThatIsNotThereIsNamedInBothEras() {
        JsonObject uri = params("uri", "test://none");

        assertThat(data(session.call("resources/read", uri)), is(uri));
        assertThat(data(stateless.call("resources/read", uri)), is(uri));
    }

    @Test
    void aFaultKeepsItsWordsToItself() {
        for (Answer answer : new Answer[] {quietly(() -> session.tool("test_fault")),
                quietly(() -> stateless.tool("test_fault"))}) {
            assertThat(answer.body(), is(
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"Internal error\"}}"));
        }
    }

    private static JsonObject data(Answer answer) {
        return answer.json().getJsonObject("error").getJsonObject("data");
    }

    private static Answer quietly(Supplier<Answer> fault) {
        try (LogCapture _ = new LogCapture(HttpErrors.class)) {
            return fault.get();
        }
    }
}
