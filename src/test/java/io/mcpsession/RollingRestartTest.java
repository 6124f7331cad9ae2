package io.mcpsession;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

/**
 * Three replicas, replaced one after the other under load, as a rolling update does. Requests go round the replicas
 * that were ready when a balancer last looked, as a Service does; a connection that breaks is tried once more.
 */
@Tag("slow")
class RollingRestartTest {

    private static final int REPLICAS = 3;
    private static final int REQUESTS_A_SECOND = 300;
    private static final int SESSIONS = 50;
    private static final Duration BETWEEN_PROBES = Duration.ofMillis(500);
    private static final int STREAMS = SESSIONS;
    /** As in {@code k8s/}: environment, memory limit, and what the image makes of that. */
    private static final Map<String, String> POD = Map.of("MCP_GRPC_INSECURE", "true", "MCP_DRAIN_DELAY", "8s",
            "JAVA_TOOL_OPTIONS", "-XX:MaxRAM=" + (384 << 20) + " -XX:MaxRAMPercentage=60");

    private final List<ChildServer> replicas = new CopyOnWriteArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final ScheduledExecutorService prober = Executors.newScheduledThreadPool(1);
    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<URI> ready = List.of();
    private EmbeddedRedis redis;

    @BeforeEach
    void start() {
        redis = EmbeddedRedis.start();
        IntStream.range(0, REPLICAS).forEach(_ -> replicas.add(replica()));
        replicas.forEach(ChildServer::banner);
        probe();
        prober.scheduleWithFixedDelay(this::probe, 0, BETWEEN_PROBES.toMillis(), TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
        prober.shutdownNow();
        http.close();
        replicas.forEach(ChildServer::kill);
        redis.close();
    }

    private ChildServer replica() {
        Map<String, String> environment = new HashMap<>(POD);
        environment.putAll(Map.of("MCP_STORE_REDIS_MODE", "single",
                "MCP_STORE_REDIS_ADDRESS", redis.address().toString(),
                "MCP_AUTH_TOKENS_0_USER", "alice", "MCP_AUTH_TOKENS_0_SHA256", TestServer.sha256(TestServer.ALICE)));
        return ChildServer.start(environment);
    }

    private void probe() {
        List<URI> found = new ArrayList<>();
        for (ChildServer replica : replicas) {
            try {
                HttpRequest request = HttpRequest.newBuilder(replica.admin("/health/ready"))
                        .timeout(Duration.ofSeconds(1)).build();
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    found.add(replica.client(TestServer.ALICE).endpoint());
                }
            } catch (IOException | InterruptedException | RuntimeException e) {
                // Not ready.
            }
        }
        ready = List.copyOf(found);
    }

    @Test
    @Timeout(240)
    void nobodyWhoTriesABrokenConnectionOnceMoreSeesAFailure() {
        McpClient alice = McpClient.of(next(), TestServer.ALICE);
        List<McpClient> sessions = IntStream.range(0, SESSIONS).mapToObj(_ -> alice.initialized()).toList();
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger served = new AtomicInteger();
        AtomicInteger retried = new AtomicInteger();
        AtomicInteger renewed = new AtomicInteger();
        AtomicInteger streamsTaken = new AtomicInteger();
        AtomicInteger streamsToldWhen = new AtomicInteger();
        List<String> story = new CopyOnWriteArrayList<>();
        sessions.forEach(session -> Thread.startVirtualThread(() -> {
            while (!timer.isShutdown()) {
                try (EventSource stream = EventSource.get(session.at(next()))) {
                    if (stream.status() != 200) {
                        failures.add(LocalTime.now() + " a stream: " + stream.status());
                    }
                    streamsTaken.incrementAndGet();
                    if (Stream.iterate(stream.next(), Optional::isPresent, _ -> stream.next()).map(Optional::get)
                            .anyMatch(event -> event.retry().equals("1000"))) {
                        streamsToldWhen.incrementAndGet();
                    }
                } catch (UncheckedIOException e) {
                    retried.incrementAndGet();
                }
            }
        }));
        timer.scheduleAtFixedRate(() -> Thread.startVirtualThread(() -> {
            URI to = next();
            McpClient session = sessions.get(turn.get() % SESSIONS).at(to);
            try {
                Answer answer = called(session, retried);
                served.incrementAndGet();
                if (answer.status() != 200) {
                    failures.add(LocalTime.now() + " " + to + " " + answer);
                }
                if (!answer.header("mcp-session-id").equals(Optional.of(session.header("Mcp-Session-Id")))) {
                    renewed.incrementAndGet();
                }
            } catch (RuntimeException e) {
                failures.add(e.toString());
            }
        }), 0, 1_000_000 / REQUESTS_A_SECOND, TimeUnit.MICROSECONDS);
        LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());

        List<Long> drains = new ArrayList<>();
        for (ChildServer old : List.copyOf(replicas)) {
            ChildServer fresh = replica();
            story.add(LocalTime.now() + " up " + fresh.client(TestServer.ALICE).endpoint());
            replicas.add(fresh);
            LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
            long begin = System.nanoTime();
            story.add(LocalTime.now() + " stopping " + old.client(TestServer.ALICE).endpoint());
            old.terminate();
            assertThat(old.exitStatus(Duration.ofSeconds(30)), is(143));
            drains.add(Duration.ofNanos(System.nanoTime() - begin).toMillis());
            replicas.remove(old);
        }
        timer.shutdown();

        System.out.println("rolling restart: served=" + served + " retried=" + retried + " failed=" + failures.size()
                + " streams=" + streamsTaken + " of them told to come back=" + streamsToldWhen + " drain_ms=" + drains + "\n" + String.join("\n", story));
        assertThat(failures, is(empty()));
        assertThat(renewed.get(), is(0));
        // Some of them were moved more than once, as the replica they went to was the next to go.
        assertThat(streamsTaken.get(), is(greaterThan(2 * STREAMS - 1)));
        assertThat(streamsToldWhen.get(), is(greaterThan(STREAMS - 1)));
        assertThat(served.get(), is(greaterThan(REQUESTS_A_SECOND)));
    }

    private Answer called(McpClient session, AtomicInteger retried) {
        try {
            return session.call("ping");
        } catch (UncheckedIOException e) {
            retried.incrementAndGet();
            return session.at(next()).call("ping");
        }
    }

    private URI next() {
        List<URI> now = ready;
        return now.get(Math.floorMod(turn.getAndIncrement(), now.size()));
    }
}
