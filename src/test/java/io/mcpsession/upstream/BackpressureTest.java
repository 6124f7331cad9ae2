package io.mcpsession.upstream;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

class BackpressureTest {

    private final EmbeddedRedis redis = EmbeddedRedis.start();
    private final StatefulPeer peer = new StatefulPeer();
    private Bridged front;

    @BeforeEach
    void start() {
        peer.offer("count", "flood");
        front = Bridged.on(redis.address(), Map.of("mcp.upstreams.0.name", "peer", "mcp.upstreams.0.url",
                peer.endpoint().toString(), "mcp.upstreams.0.era", "session"));
        eventually(() -> front.alice().initialized().call("tools/list").body(), containsString("flood"));
    }

    @AfterEach
    void stop() {
        front.close();
        peer.stop();
        redis.close();
    }

    /** 80 MB that nobody reads stay where they come from, and are all there once somebody does. */
    @Test
    void aServerBehindWritesNoFasterThanTheClientReads() {
        McpClient alice = front.alice().initialized();
        try (EventSource stream = EventSource.post(alice, """
                {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "flood", "arguments": {}}}""")) {
            eventually(() -> peer.held().toMillis(), is(greaterThan(1000L)));

            assertThat(peer.flooded(), is(lessThan(StatefulPeer.FLOOD)));
            assertThat(alice.tool("count").text(), is("1"));
            long messages = Stream.iterate(stream.next(), Optional::isPresent, _ -> stream.next())
                    .filter(event -> !event.get().data().isEmpty()).count();
            assertThat(messages, is(StatefulPeer.FLOOD + 1L));
        }
    }
}
