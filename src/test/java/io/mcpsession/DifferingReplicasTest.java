package io.mcpsession;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.TcpProxy;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Replicas that would not find each other's sessions do not serve side by side. */
class DifferingReplicasTest {

    private static final String PARTITIONS = "mcp.store.redis.partitions";
    private static final String KEYS = "mcp.session.signing-keys";
    private static final String ONE = "MDEyMzQ1Njc4OWFiY2RlZg==";
    private static final String OTHER = "ZmVkY2JhOTg3NjU0MzIxMA==";

    private final EmbeddedRedis redis = EmbeddedRedis.start();

    @AfterEach
    void stop() {
        redis.close();
    }

    private String refusal(Map<String, String> keys) {
        return assertThrows(StartException.class, () -> TestServer.on(redis.address(), keys).close()).getMessage();
    }

    @Test
    void theSecondRefusesToStartAndSaysWhatDiffersButNoSecret() {
        try (TestServer first = TestServer.on(redis.address(), Map.of(KEYS, ONE))) {
            assertThat(refusal(Map.of(KEYS, ONE, PARTITIONS, "4")), containsString(PARTITIONS + ": is 4 here and 16"));
            assertThat(refusal(Map.of(KEYS, ONE, "mcp.session.layout", "hash")), containsString("mcp.session.layout"));
            assertThat(refusal(Map.of(KEYS, ONE, "mcp.store.redis.key-prefix", "mpc")), containsString("key-prefix"));
            String keys = refusal(Map.of(KEYS, OTHER));
            assertThat(keys, containsString(KEYS));
            assertThat(keys, not(containsString(OTHER.substring(0, 8))));
            assertThat(keys, not(containsString(ONE.substring(0, 8))));
            assertThat(first.alice().initialized().call("ping").status(), is(200));
        }
        TestServer.on(redis.address(), Map.of(KEYS, OTHER, PARTITIONS, "4")).close();
    }

    @Test
    void whoStartedWithoutRedisDoesNotBecomeReadyBesideThem() throws Exception {
        try (TestServer first = TestServer.on(redis.address());
                TcpProxy way = new TcpProxy(redis.address().getPort())) {
            way.cut();
            try (TestServer late = TestServer.on(URI.create("redis://127.0.0.1:" + way.port()), Map.of(PARTITIONS, "4"));
                    LogCapture log = new LogCapture("io.mcpsession.redis.AgreedSettings")) {
                assertThat(ready(late), is(503));
                way.heal();

                eventually(() -> log.at(Level.SEVERE), hasItem(containsString("not ready: " + PARTITIONS)));

                assertThat(ready(late), is(503));
                assertThat(ready(first), is(200));
                first.close();
                eventually(() -> ready(late), is(200));
            }
        }
    }

    private static int ready(TestServer server) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(server.admin("/health/ready")).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
