package io.mcpsession.http;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolDescription.Hints;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

/** What one user may have open at a time, and all together. */
class OpenLimitsTest {

    private static final int STREAMS_OF_ONE = 3;
    private static final int STREAMS = 4;
    private static final int REQUESTS = 6;
    private static final String CALL = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"%s","_meta":{"progressToken":"t"}}}""";
    private static final String ELICITING = """
            {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",
             "capabilities":{"elicitation":{}},"clientInfo":{"name":"test","version":"1"}}}""";

    private final WaitingTool waiting = new WaitingTool();
    private final List<EventSource> streams = new ArrayList<>();
    private final TestServer server = TestServer.embedded(Map.of(
            "mcp.limits.open.streams-per-user", Integer.toString(STREAMS_OF_ONE),
            "mcp.limits.open.streams", Integer.toString(STREAMS),
            "mcp.limits.open.requests-per-user", Integer.toString(REQUESTS)),
            Offering.ofTools(List.of(waiting, new AskingTool())));

    private McpClient alice;
    private McpClient bob;

    @BeforeEach
    void users() {
        alice = server.alice().initialized();
        bob = server.bob().initialized();
    }

    @AfterEach
    void stop() {
        waiting.permits.release(1000);
        streams.forEach(EventSource::close);
        server.close();
    }

    /** How a client opens a stream that goes on. */
    private enum Kind {
        GET {
            @Override
            EventSource open(McpClient user) {
                return EventSource.get(user.initialized());
            }
        },
        LISTEN {
            @Override
            EventSource open(McpClient user) {
                JsonObject params = Json.createObjectBuilder().add("notifications", Json.createObjectBuilder()
                        .add("toolsListChanged", true)).build();
                return EventSource.post(user.with(Stateless.headers("subscriptions/listen", params)),
                        Stateless.of(user).request("subscriptions/listen", params));
            }
        },
        RESUMED {
            @Override
            EventSource open(McpClient user) {
                // An id that is not known any more: the client gets its stream of server messages.
                return EventSource.get(user.initialized().with("Last-Event-ID", "c-0123456789ab-1"));
            }
        };

        abstract EventSource open(McpClient user);
    }

    private EventSource opened(Kind kind, McpClient user) {
        EventSource stream = kind.open(user);
        streams.add(stream);
        return stream;
    }

    private static void assertRefused(EventSource refused) {
        assertThat(refused.status(), is(429));
        assertThat(refused.header("Retry-After"), is(Optional.of("1")));
        assertThat(refused.header("Content-Type"), is(Optional.of("application/json")));
    }

    @ParameterizedTest
    @EnumSource
    void aUserHasSoManyStreamsAndAnotherHasHisOwn(Kind kind) {
        for (int i = 0; i < STREAMS_OF_ONE; i++) {
            assertThat(opened(kind, server.alice()).status(), is(200));
        }

        assertRefused(opened(kind, server.alice()));
        assertThat(opened(kind, server.bob()).status(), is(200));
        assertThat(alice.call("ping").status(), is(200));

        streams.getFirst().close();
        // Once its end was noticed.
        eventually(() -> opened(kind, server.alice()).status(), is(200));
    }

    @Test
    void allUsersTogetherHaveSoManyStreams() {
        for (int i = 0; i < STREAMS_OF_ONE; i++) {
            opened(Kind.GET, server.alice());
        }
        opened(Kind.LISTEN, server.bob());

        assertRefused(opened(Kind.GET, server.bob()));
        assertThat(bob.call("ping").status(), is(200));
    }

    @Test
    void theErrorIsTheProtocolsOwnAndNamesTheRequest() {
        for (int i = 0; i < STREAMS_OF_ONE; i++) {
            opened(Kind.GET, server.alice());
        }

        Answer refused = Stateless.of(server.alice().with("Accept", "application/json, text/event-stream"))
                .call("subscriptions/listen", JsonValue.EMPTY_JSON_OBJECT);

        assertThat(refused.status(), is(429));
        assertThat(refused.errorCode(), is(-32006));
        assertThat(refused.errorMessage(), is("Too Many Requests: too many open streams"));
        assertThat(refused.json().getInt("id"), is(1));
    }

    @Test
    void aCallThatMayHaveNoStreamIsAnsweredByJson() {
        for (int i = 0; i < STREAMS_OF_ONE; i++) {
            opened(Kind.GET, server.alice());
        }
        waiting.permits.release();

        Answer answer = alice.with("Accept", "application/json, text/event-stream").post(CALL.formatted("wait"));

        assertThat(answer.text(), is("waited"));
    }

    @Test
    void aCallThatMustAskAndMayHaveNoStreamIsRefused() {
        McpClient eliciting = server.alice().in(server.alice().post(ELICITING).session());
        for (int i = 0; i < STREAMS_OF_ONE; i++) {
            opened(Kind.GET, server.alice());
        }

        Answer refused = eliciting.with("Accept", "application/json, text/event-stream").post(CALL.formatted("ask"));

        assertThat(refused.status(), is(429));
        assertThat(refused.errorMessage(), startsWith("Too Many Requests"));
    }

    @Test
    void aUserHasSoManyRequestsServedAtATimeBesideItsStreams() {
        opened(Kind.GET, server.alice());
        opened(Kind.LISTEN, server.alice());
        List<CompletableFuture<Answer>> calls = IntStream.range(0, REQUESTS).mapToObj(_ ->
                CompletableFuture.supplyAsync(() -> alice.tool("wait"),
                        task -> Thread.ofVirtual().start(task))).toList();
        eventually(waiting::waiting, is(REQUESTS));

        Answer refused = alice.call("ping");

        assertThat(refused.status(), is(429));
        assertThat(refused.errorMessage(), is("Too Many Requests: too many requests at a time"));
        assertThat(bob.call("ping").status(), is(200));
        waiting.permits.release(REQUESTS);
        calls.forEach(call -> assertThat(call.join().text(), is("waited")));
        assertThat(alice.call("ping").status(), is(200));
    }

    private static final class AskingTool implements Tool {

        @Override
        public ToolDescription description() {
            return new ToolDescription("ask", "ask", "ask", JsonValue.EMPTY_JSON_OBJECT, Optional.empty(),
                    new Hints(true, false, true, false));
        }

        @Override
        public ToolResult call(Call call, Arguments arguments) {
            return ToolResult.text(call.ask("name", new ClientRequest.Elicitation("Who?", Json.createObjectBuilder()
                    .add("type", "object").build())).toString());
        }
    }
}
