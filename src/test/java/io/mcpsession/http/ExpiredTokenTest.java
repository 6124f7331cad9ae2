package io.mcpsession.http;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestIssuer;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Streams whose token expires while they are open. */
@Timeout(60)
class ExpiredTokenTest {

    private static final Duration GOOD_FOR = Duration.ofSeconds(6);
    private static final String CALL = """
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait"}}""";

    private final CountDownLatch release = new CountDownLatch(1);
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private EmbeddedRedis redis;
    private TestIssuer issuer;
    private TestServer server;

    @BeforeEach
    void start() {
        redis = EmbeddedRedis.start();
        issuer = TestIssuer.now();
        server = TestServer.on(redis.address(), Map.of("mcp.auth.resource", TestIssuer.RESOURCE,
                "mcp.auth.leeway", "0s", "mcp.auth.issuers.0.issuer", issuer.name()),
                _ -> Offering.ofTools(List.of(new Waiting())));
    }

    @AfterEach
    void stop() {
        release.countDown();
        server.close();
        issuer.close();
        redis.close();
    }

    private McpClient carol(Duration goodFor) {
        return server.client(issuer.token(claims -> claims.subject("carol")
                .expirationTime(Date.from(Instant.now().plus(goodFor)))));
    }

    @Test
    void endAndTheirClientsAreRefusedWhenTheyComeBack() {
        McpClient brief = carol(GOOD_FOR);
        McpClient session = brief.initialized();
        JsonObject none = JsonObject.EMPTY_JSON_OBJECT;
        McpClient listening = brief.with(Stateless.headers("subscriptions/listen", none));

        try (EventSource messages = EventSource.get(session);
                EventSource listener = EventSource.post(listening,
                        Stateless.of(brief).request("subscriptions/listen", none))) {
            assertThat(messages.status(), is(200));
            assertThat(listener.status(), is(200));

            assertThat("ends without a message", toItsEnd(messages), is(0));
            assertThat("ends after its acknowledgement", toItsEnd(listener), is(1));
        }
        try (EventSource again = EventSource.get(session)) {
            assertThat(again.status(), is(401));
        }
    }

    @Test
    void aCallInASessionGoesOnAndItsResultIsReadWithANewToken() {
        McpClient session = carol(GOOD_FOR).initialized();
        String last;
        try (EventSource stream = EventSource.post(session, CALL)) {
            last = stream.next().orElseThrow().id();
            assertThat("ends without the result", toItsEnd(stream), is(0));
        }

        McpClient renewed = carol(Duration.ofMinutes(5)).in(session.header("Mcp-Session-Id"));
        release.countDown();

        try (EventSource rest = EventSource.get(renewed.with("Last-Event-ID", last))) {
            assertThat(rest.message().json().containsKey("result"), is(true));
        }
    }

    @Test
    void aStatelessCallIsCancelled() throws Exception {
        JsonObject params = Json.createObjectBuilder().add("name", "wait").build();
        McpClient brief = carol(GOOD_FOR);

        try (EventSource stream = EventSource.post(brief.with(Stateless.headers("tools/call", params)),
                Stateless.of(brief).request("tools/call", params))) {
            assertThat(stream.status(), is(200));
            assertThat("ends without a result", toItsEnd(stream), is(0));
        }
        cancelled.get(10, TimeUnit.SECONDS);
    }

    /** How many messages came before the end. */
    private static int toItsEnd(EventSource stream) {
        int messages = 0;
        for (Optional<EventSource.Event> event = stream.next(); event.isPresent(); event = stream.next()) {
            messages += event.get().data().isEmpty() ? 0 : 1;
        }
        return messages;
    }

    private final class Waiting implements Tool {

        @Override
        public ToolDescription description() {
            return new ToolDescription("wait", "Wait", "Waits to be released.", Json.createObjectBuilder()
                    .add("type", "object").build(), Optional.empty(),
                    new ToolDescription.Hints(true, false, true, false));
        }

        @Override
        public ToolResult call(Call call, Arguments arguments) {
            try {
                release.await();
            } catch (InterruptedException e) {
                cancelled.complete(null);
            }
            return ToolResult.text("done");
        }
    }
}
