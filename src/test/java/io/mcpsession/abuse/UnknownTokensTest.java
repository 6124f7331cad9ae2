package io.mcpsession.abuse;

import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestIssuer;
import io.mcpsession.testing.TestServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.in;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Random tokens, sent to a server whose issuer takes its time to say that they are none. */
@Timeout(120)
class UnknownTokensTest {

    private static final int PER_SECOND = 200;
    private static final int SECONDS = 8;
    private static final String TOKEN = "a-good-token";

    @Test
    void doNotKeepAKnownOneWaiting() throws Exception {
        try (TestIssuer issuer = TestIssuer.now(); TestServer server = TestServer.with(Map.of(
                "mcp.auth.resource", TestIssuer.RESOURCE,
                "mcp.auth.introspection.uri", issuer.introspection().toString(),
                "mcp.auth.introspection.issuer", issuer.name(),
                // Many times within the attack.
                "mcp.auth.introspection.cache", "2s",
                "mcp.log.audit", "false"))) {
            issuer.knows(TOKEN, "{\"active\":true,\"sub\":\"alice\",\"aud\":\"" + TestIssuer.RESOURCE
                    + "\",\"exp\":99999999999}");
            issuer.takingForTokens(Duration.ofMillis(700));
            McpClient good = server.client(TOKEN).initialized();

            Set<Integer> answers;
            GoodCaller.Calls calls;
            try (GoodCaller caller = GoodCaller.start(good)) {
                answers = attack(server);
                calls = caller.finished();
            }

            assertThat(calls.failures().toString(), is("[]"));
            assertThat(calls.nanos().size(), is(greaterThan(50 * SECONDS / 2)));
            assertThat(calls.percentile(99), is(lessThan(Duration.ofSeconds(1))));
            assertThat(answers, everyItem(is(in(Set.of(401, 429)))));
            assertThat(issuer.mostIntrospecting(), is(9));
        }
    }

    private static Set<Integer> attack(TestServer server) throws InterruptedException {
        Set<Integer> statuses = ConcurrentHashMap.newKeySet();
        try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            long due = System.nanoTime();
            for (int i = 0; i < PER_SECOND * SECONDS; i++) {
                executor.submit(() -> statuses.add(http.send(HttpRequest.newBuilder(server.endpoint())
                        .header("Authorization", "Bearer " + UUID.randomUUID())
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")).build(),
                        BodyHandlers.discarding()).statusCode()));
                due += TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
        return new HashSet<>(statuses);
    }
}
