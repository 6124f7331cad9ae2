package io.mcpsession.upstream;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.McpClient;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

/** Redis itself removes the sessions of this layout, and those behind this server have to end all the same. */
@Timeout(60)
class HashUpstreamEndsTest {

    @Test
    void whatRedisExpiresEndsThereOnce() {
        Map<String, String> keys = new HashMap<>();
        try (EmbeddedRedis redis = EmbeddedRedis.start(); StatefulPeer peer = new StatefulPeer()) {
            keys.putAll(Bridged.upstream(peer.endpoint(), "counter", "auto"));
            keys.putAll(Map.of("mcp.upstreams.0.allow", "count", "mcp.upstreams.0.prefix", "c.",
                    "mcp.session.layout", "hash", "mcp.session.idle-ttl", "3s"));
            try (Bridged one = Bridged.on(redis.address(), keys, "mcp.replica", "one");
                    Bridged other = Bridged.on(redis.address(), keys, "mcp.replica", "other")) {
                McpClient session = one.alice().initialized();
                assertThat(session.at(other.endpoint()).tool("c.count").text(), is("1"));
                assertThat(peer.ended(), hasSize(0));

                eventually(peer::ended, hasSize(1));
            }
        }
    }
}
