package io.mcpsession;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

/** kill -9 of a replica. */
class KillTest {

    @Test
    void noSessionThatWasAcknowledgedIsLost() throws InterruptedException {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                TestServer other = TestServer.on(redis.address());
                ChildServer victim = ChildServer.start(Map.of(
                        "MCP_SESSION_MAX_PER_USER", "1000000", "MCP_GRPC_INSECURE", "true",
                        "MCP_STORE_REDIS_MODE", "single", "MCP_STORE_REDIS_ADDRESS", redis.address().toString(),
                        "MCP_AUTH_TOKENS_0_USER", "alice", "MCP_AUTH_TOKENS_0_SHA256", TestServer.sha256(TestServer.ALICE)))) {
            Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
            Queue<Integer> refused = new ConcurrentLinkedQueue<>();
            CountDownLatch underWay = new CountDownLatch(200);
            McpClient alice = victim.client(TestServer.ALICE);
            List<Thread> callers = IntStream.range(0, 4).mapToObj(_ -> Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        Answer answer = alice.call("initialize");
                        if (answer.status() == 200) {
                            acknowledged.add(answer.session());
                        } else {
                            refused.add(answer.status());
                        }
                        underWay.countDown();
                    }
                } catch (UncheckedIOException e) {
                    // The server is dead.
                }
            })).toList();

            underWay.await();
            victim.kill();
            for (Thread caller : callers) {
                caller.join();
            }

            assertThat(refused, is(empty()));
            assertThat(acknowledged.size(), is(greaterThan(199)));
            assertThat(acknowledged.stream()
                    .filter(id -> !other.alice().in(id).call("ping").session().equals(id))
                    .toList(), is(empty()));
        }
    }
}
