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
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

@Tag("slow")
class StreamOutageTest {

    private final CountDownLatch over = new CountDownLatch(1);

    @Test
    void aStreamThatIsResumedWhileRedisGoesAwayEndsWithATimeToComeBack() {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                TestServer server = TestServer.on(redis.address(), Map.of(), _ -> Offering.ofTools(List.of(new Wait())))) {
            McpClient alice = server.alice().initialized();
            try (EventSource call = EventSource.post(alice, """
                    {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"wait","_meta":{"progressToken":"t"}}}""")) {
                String id = call.message().id();
                try (EventSource resumed = EventSource.get(alice.with("Last-Event-ID", id))) {
                    assertThat(resumed.status(), is(200));
                    redis.close();

                    assertThat(resumed.next().map(EventSource.Event::retry), is(Optional.of("1000")));
                    assertThat(resumed.next(), is(Optional.empty()));
                }
            } finally {
                over.countDown();
            }
        }
    }

    /** Reports once and then takes its time. */
    private final class Wait implements Tool {

        @Override
        public ToolDescription description() {
            return new ToolDescription("wait", "wait", "wait", Json.createObjectBuilder().add("type", "object").build(),
                    Optional.empty(), new ToolDescription.Hints(true, false, true, false));
        }

        @Override
        public ToolResult call(Call call, Arguments arguments) {
            call.progress(1, 2, "");
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return ToolResult.text("done");
        }
    }
}
