package io.mcpsession.upstream;

import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.Matchers.containsString;

/** The server in front of another one that offers the suite's fixtures and speaks both eras. */
final class Bridged implements AutoCloseable {

    /** The other server has the tools of this one too, and they would collide. */
    static final String FIXTURES = "test_*, json_schema*";

    private final TestServer front;

    private Bridged(TestServer front) {
        this.front = front;
    }

    /**
     * Returns when what the one behind offers is offered: a start does not wait for it for longer than a while.
     *
     * @param era how the one behind is spoken to
     */
    static Bridged on(URI redis, FixtureServer behind, String era, String... more) {
        Bridged front = on(redis, upstream(behind.endpoint(), "behind", era), more);
        try {
            eventually(() -> front.alice().initialized().call("tools/list").body(), containsString("test_simple_text"));
        } catch (RuntimeException | AssertionError e) {
            front.close();
            throw e;
        }
        return front;
    }

    static Bridged on(URI redis, Map<String, String> upstreams, String... more) {
        Map<String, String> keys = new HashMap<>(upstreams);
        for (int i = 0; i < more.length; i += 2) {
            keys.put(more[i], more[i + 1]);
        }
        return new Bridged(TestServer.on(redis, keys));
    }

    static Map<String, String> upstream(URI endpoint, String name, String era) {
        return new HashMap<>(Map.of(
                "mcp.upstreams.0.name", name,
                "mcp.upstreams.0.url", endpoint.toString(),
                "mcp.upstreams.0.era", era,
                "mcp.upstreams.0.headers.Authorization", "Bearer " + TestServer.ALICE,
                "mcp.upstreams.0.allow", FIXTURES));
    }

    URI endpoint() {
        return front.endpoint();
    }

    McpClient alice() {
        return speaking(front.alice());
    }

    McpClient bob() {
        return speaking(front.bob());
    }

    private static McpClient speaking(McpClient client) {
        return client.with("Accept", "application/json, text/event-stream");
    }

    @Override
    public void close() {
        front.close();
    }
}
