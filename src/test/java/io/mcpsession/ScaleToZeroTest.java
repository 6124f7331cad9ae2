package io.mcpsession;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** A deployment without a single replica keeps its sessions for as long as they may live, and then nothing. */
class ScaleToZeroTest {

    /** What is to outlive all sessions: by it their ids are told, should they be sent again. */
    private static final String SIGNING_KEY = "mcp:signing-key";

    private final EmbeddedRedis server = EmbeddedRedis.start();
    private PlainRedis redis;

    @BeforeEach
    void connect() {
        redis = new PlainRedis(server.address());
    }

    @AfterEach
    void stop() {
        redis.close();
        server.close();
    }

    private List<String> keys() {
        return Stream.of(redis.call("EVAL", "return table.concat(redis.call('KEYS', '*'), '|')", "0").orElseThrow()
                .split("\\|")).toList();
    }

    @Test
    void allThatIsLeftInRedisEndsByItselfAndTheNextReplicaGoesOnWithIt() {
        String session;
        try (TestServer only = TestServer.on(server.address(), Map.of("mcp.limits.per-user.rate", "1000"))) {
            McpClient alice = only.alice().initialized();
            session = alice.header("Mcp-Session-Id");
            alice.tool("note_set", "name", "n", "text", "kept");
            only.bob().initialized().delete();
            only.bob().in("mcp-1795000000000-" + "A".repeat(40)).call("ping");
            try (EventSource stream = EventSource.get(alice)) {
                assertThat(stream.status(), is(200));
            }
        }

        List<String> forever = keys().stream()
                .filter(key -> redis.call("PTTL", key).orElseThrow().equals("-1") && !key.equals(SIGNING_KEY))
                .toList();

        assertThat(keys(), is(not(empty())));
        assertThat(forever, is(empty()));
        try (TestServer next = TestServer.on(server.address())) {
            assertThat(next.alice().in(session).tool("note_get", "name", "n").text(), is("kept"));
        }
    }
}
