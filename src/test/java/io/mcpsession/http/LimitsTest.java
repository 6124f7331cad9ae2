package io.mcpsession.http;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.Eventually;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasToString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What becomes of callers who send too much, too many at once, or too slowly. */
class LimitsTest {

    private static EmbeddedRedis redis;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    private static TestServer replica(String prefix, String... keys) {
        var all = new HashMap<>(Map.of("mcp.store.redis.key-prefix", prefix));
        for (int i = 0; i < keys.length; i += 2) {
            all.put(keys[i], keys[i + 1]);
        }
        return TestServer.on(redis.address(), all);
    }

    private static Answer refused(McpClient client) {
        return Eventually.eventually(() -> client.call("ping"), hasToString(
                startsWith("Answer[status=429")));
    }

    @Test
    void aUserWhoSendsTooMuchIsToldToSlowDownWhicheverReplicaIsAsked() {
        String[] limit = {"mcp.limits.per-user.rate", "1", "mcp.limits.per-user.burst", "20"};
        try (TestServer one = replica("users", limit); TestServer other = replica("users", limit)) {
            McpClient alice = one.alice().initialized();

            Answer answer = refused(alice);

            assertThat(answer.header("retry-after").orElseThrow(), matchesPattern("[1-9]\\d*"));
            assertThat(answer.header("cache-control"), is(Optional.of("no-store")));
            assertThat(answer.errorCode(), is(-32006));
            long passed = IntStream.range(0, 20).filter(_ -> alice.at(other.endpoint()).call("ping").status() == 200)
                    .count();
            assertThat("on credit, until the shared bucket has answered", passed, is(lessThanOrEqualTo(5L)));
            assertThat("somebody else", one.bob().call("ping").status(), is(200));
        }
    }

    @Test
    void anAddressThatSendsTooMuchIsRefusedWhoeverSpeaks() {
        try (TestServer server = replica("addresses", "mcp.limits.per-address.rate", "1",
                "mcp.limits.per-address.burst", "10", "mcp.limits.proxies", "1")) {
            McpClient near = server.client("wrong").with("X-Forwarded-For", "198.51.100.1, 203.0.113.7");

            refused(near);

            assertThat("the same address", server.alice().with("X-Forwarded-For", "203.0.113.7").call("ping").status(),
                    is(429));
            assertThat("another", server.alice().with("X-Forwarded-For", "203.0.113.7, 203.0.113.8").call("ping")
                    .status(), is(200));
        }
    }

    @Test
    void theOperatorIsToldOnceWhenAProxySeemsToStandBeforeTheServer() {
        try (LogCapture log = new LogCapture(RequestRates.class); TestServer server = replica("unsaid")) {
            server.alice().call("ping");
            assertThat(log.at(Level.WARNING), is(List.of()));

            server.alice().with("X-Forwarded-For", "203.0.113.7").call("ping");
            server.alice().with("X-Forwarded-For", "203.0.113.7").call("ping");

            assertThat(log.at(Level.WARNING).toString(), containsString("mcp.limits.proxies is 0"));
            assertThat(log.at(Level.WARNING).size(), is(1));
        }
    }

    @Test
    void behindAnUnsaidProxyNobodyEscapesByNamingAnotherAddress() {
        try (TestServer server = replica("forged", "mcp.limits.per-address.rate", "1",
                "mcp.limits.per-address.burst", "10")) {
            AtomicInteger number = new AtomicInteger();

            Eventually.eventually(() -> server.alice().with("X-Forwarded-For", "203.0.113." + number.incrementAndGet())
                    .call("ping").status(), is(429));
        }
    }

    @Test
    void requestsBeyondThoseServedAtOnceAreRefusedUntilOneIsDone() throws IOException {
        try (TestServer server = replica("at-once", "server.sockets.0.max-concurrent-requests", "2")) {
            McpClient alice = server.alice();
            try (Socket first = unfinished(server); Socket second = unfinished(server)) {
                Answer answer = Eventually.eventually(() -> alice.call("ping"), hasToString(
                        startsWith("Answer[status=503")));

                assertThat(answer.header("retry-after"), is(Optional.of("1")));
                for (Socket waiting : List.of(first, second)) {
                    waiting.setSoTimeout(100);
                    assertThrows(SocketTimeoutException.class, () -> waiting.getInputStream().read());
                }
            }
            Eventually.eventually(() -> alice.call("ping").status(), is(200));
        }
    }

    /** A request whose body does not come. */
    private static Socket unfinished(TestServer server) throws IOException {
        Socket socket = new Socket(server.endpoint().getHost(), server.endpoint().getPort());
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(("POST /api/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + TestServer.ALICE + "\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
                .getBytes(US_ASCII));
        return socket;
    }

    @Test
    void aBodyThatDripsIsNotWaitedForLong() throws IOException {
        try (TestServer server = replica("slow", "mcp.http.body-patience", "1s");
             Socket socket = unfinished(server)) {
            OutputStream out = socket.getOutputStream();
            Thread dripping = Thread.ofVirtual().start(() -> drip(out));

            byte[] answer = socket.getInputStream().readNBytes(12);

            dripping.interrupt();
            assertThat(new String(answer, US_ASCII), is("HTTP/1.1 408"));
        }
    }

    private static void drip(OutputStream out) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                out.write(' ');
                LockSupport.parkNanos(50_000_000);
            }
        } catch (IOException e) {
            // The server has closed the connection, as it should.
        }
    }

    @Test
    void noAnswerTellsWhatServerItIsOrLetsOtherOriginsReadIt() {
        try (TestServer server = replica("headers", "mcp.http.allowed-origins", "https://a.example")) {
            Answer plain = server.alice().call("initialize");
            Answer allowed = server.alice().with("Origin", "https://a.example").call("initialize");
            Answer other = server.alice().with("Origin", "https://b.example").call("initialize");

            for (Answer answer : List.of(plain, allowed, other)) {
                assertThat(answer.header("server"), is(Optional.empty()));
                assertThat(answer.header("x-powered-by"), is(Optional.empty()));
                assertThat(answer.header("cache-control"), is(Optional.of("no-store")));
            }
            assertThat(plain.header("access-control-allow-origin"), is(Optional.empty()));
            assertThat(allowed.header("access-control-allow-origin"), is(Optional.of("https://a.example")));
            assertThat(allowed.header("vary"), is(Optional.of("Origin")));
            assertThat(other.status(), is(403));
            assertThat(other.header("access-control-allow-origin"), is(Optional.empty()));
        }
    }
}
