package io.mcpsession.http;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** What is measured rather than decided: prints its figures. Takes minutes, so not part of every build. */
@Tag("slow")
@Timeout(300)
class AbuseTest {

    private static final int SLOW_SOCKETS = 500;
    private static final Duration SLOW_FOR = Duration.ofSeconds(60);
    private static final int SAMPLES = 10_000;

    private static LogCapture audit;
    private static EmbeddedRedis redis;
    private static TestServer server;

    @BeforeAll
    static void start() {
        audit = new LogCapture("io.mcpsession.audit");
        redis = EmbeddedRedis.start();
        server = TestServer.on(redis.address(), Map.of("mcp.session.policy", "strict"));
    }

    @AfterAll
    static void stop() {
        server.close();
        redis.close();
        audit.close();
    }

    @Test
    void fiveHundredSocketsThatDripHeadersDoNotSlowOthersDown() throws IOException {
        McpClient alice = server.alice().initialized();
        latencies(alice, Duration.ofSeconds(10));
        long[] before = latencies(alice, Duration.ofSeconds(20));
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < SLOW_SOCKETS; i++) {
            Socket socket = new Socket(server.endpoint().getHost(), server.endpoint().getPort());
            socket.getOutputStream().write("POST /api/mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".getBytes(US_ASCII));
            sockets.add(socket);
        }
        Thread dripping = Thread.ofVirtual().start(() -> drip(sockets));

        long[] during = latencies(alice, SLOW_FOR);

        dripping.interrupt();
        for (Socket socket : sockets) {
            socket.close();
        }
        System.out.printf("slow-loris: %d sockets for %d s; others' p50 %d -> %d us, p99 %d -> %d us"
                + " (%d and %d calls)%n", SLOW_SOCKETS, SLOW_FOR.toSeconds(), at(before, 50), at(during, 50), at(before, 99),
                at(during, 99), before.length, during.length);
        assertThat(at(during, 99), is(lessThan(2 * at(before, 99))));
    }

    private static void drip(List<Socket> sockets) {
        while (!Thread.currentThread().isInterrupted()) {
            for (Socket socket : sockets) {
                try {
                    socket.getOutputStream().write('x');
                } catch (IOException e) {
                    // Closed by the server, which is its good right.
                }
            }
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
    }

    /** Microseconds of each call, sorted. */
    private static long[] latencies(McpClient client, Duration time) {
        List<Long> all = new ArrayList<>();
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            all.add(micros(() -> client.call("ping").status(), 200));
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
        return all.stream().mapToLong(it -> it).sorted().toArray();
    }

    private static long micros(Supplier<Integer> call, int expected) {
        long begin = System.nanoTime();
        int status = call.get();
        long took = (System.nanoTime() - begin) / 1000;
        if (status != expected) {
            throw new AssertionError("status " + status);
        }
        return took;
    }

    @Test
    void anotherUsersIdTakesAsLongAsARandomOne() {
        String foreign = server.alice().call("initialize").session();
        McpClient bob = server.bob();
        SecureRandom random = new SecureRandom();
        long[] ofForeign = new long[SAMPLES];
        long[] ofRandom = new long[SAMPLES];
        for (int i = -2000; i < SAMPLES; i++) {
            byte[] bytes = new byte[30];
            random.nextBytes(bytes);
            McpClient guess = bob.in(foreign.substring(0, 18) + Base64.getUrlEncoder().encodeToString(bytes));
            McpClient theft = bob.in(foreign);
            // In turns, so that neither always comes first.
            boolean first = i % 2 == 0;
            long one = micros(() -> (first ? theft : guess).call("ping").status(), 404);
            long other = micros(() -> (first ? guess : theft).call("ping").status(), 404);
            if (i >= 0) {
                ofForeign[i] = first ? one : other;
                ofRandom[i] = first ? other : one;
            }
        }
        Arrays.sort(ofForeign);
        Arrays.sort(ofRandom);
        System.out.printf("timing: %d samples each; another user's id p50 %d us, p90 %d us; a random id p50 %d us,"
                + " p90 %d us%n", SAMPLES, at(ofForeign, 50), at(ofForeign, 90), at(ofRandom, 50), at(ofRandom, 90));
        double difference = Math.abs(at(ofForeign, 50) - at(ofRandom, 50)) / (double) at(ofRandom, 50);
        assertThat(difference, is(lessThan(0.05)));
    }

    private static long at(long[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }
}
