package io.mcpsession;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.Eventually;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.notNullValue;

/** Redis goes away and comes back, while requests run. */
class OutageTest {

    private static final Duration MOST = Duration.ofSeconds(2);

    @TempDir
    private Path folder;
    private EmbeddedRedis redis;
    private TestServer server;

    /** One answer and how long it took. */
    private record Timed(Answer answer, Duration took) {
    }

    @BeforeEach
    void start() {
        // Unlike by default, this one keeps what it was told.
        redis = EmbeddedRedis.start(keeping());
        server = TestServer.on(redis.address());
    }

    @AfterEach
    void stop() {
        server.close();
        redis.close();
    }

    private String[] keeping() {
        return new String[] {"--appendonly", "yes", "--appendfsync", "always", "--dir", folder.toString()};
    }

    @Test
    void whileRedisIsDownCallersAreToldToComeBackAndAfterwardsTheirSessionsGoOn() {
        McpClient session = server.alice().initialized();
        session.tool("note_set", "name", "n", "text", "kept");
        URI address = redis.address();

        List<Timed> during = whileCallersCall(session, () -> {
            redis.close();
            Eventually.eventually(() -> session.call("ping").status(), is(503));
        });
        assertThatNobodyIsSentAway(during);
        assertThatItIsUnavailable(timed(session));

        redis = EmbeddedRedis.startAt(address, keeping());
        long back = System.nanoTime();
        Eventually.eventually(() -> session.call("ping").status(), is(200));

        assertThat(Duration.ofNanos(System.nanoTime() - back), is(lessThan(Duration.ofSeconds(5))));
        assertThat(session.tool("note_get", "name", "n").text(), is("kept"));
        assertThat(session.call("ping").session(), is(session.header("Mcp-Session-Id")));
    }

    @Test
    void whileRedisHangsCallersAreToldToComeBackAndAfterwardsTheirSessionsGoOn() throws Exception {
        McpClient session = server.alice().initialized();
        String process;
        try (PlainRedis plain = new PlainRedis(redis.address())) {
            process = Pattern.compile("process_id:(\\d+)").matcher(plain.call("INFO", "server").orElseThrow()).results()
                    .findFirst().orElseThrow().group(1);
        }

        signal("STOP", process);
        List<Timed> during;
        try {
            during = List.of(timed(session), timed(server.bob()), timed(session));
        } finally {
            signal("CONT", process);
        }
        long back = System.nanoTime();

        during.forEach(OutageTest::assertThatItIsUnavailable);
        Eventually.eventually(() -> session.call("ping").status(), is(200));
        assertThat(Duration.ofNanos(System.nanoTime() - back), is(lessThan(Duration.ofSeconds(5))));
        assertThat(session.call("ping").session(), is(session.header("Mcp-Session-Id")));
    }

    @Test
    void aRedisThatIsBusyForAMomentIsWaitedFor() throws InterruptedException {
        McpClient session = server.alice().initialized();
        int callers = 64;
        CountDownLatch ready = new CountDownLatch(callers);
        CountDownLatch busy = new CountDownLatch(1);
        Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
        List<Thread> threads = IntStream.range(0, callers).mapToObj(_ -> Thread.startVirtualThread(() -> {
            session.call("ping");
            ready.countDown();
            await(busy);
            statuses.add(session.call("ping").status());
        })).toList();
        ready.await();

        try (PlainRedis plain = new PlainRedis(redis.address())) {
            CompletableFuture<Void> blocking = CompletableFuture.runAsync(() -> plain.call("EVAL", """
                    local function now() local t = redis.call('TIME') return t[1] * 1000 + t[2] / 1000 end
                    local begin = now()
                    repeat until now() - begin > 500""", "0"), Thread::startVirtualThread);
            busy.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            blocking.join();
        }

        assertThat(List.copyOf(statuses), is(Collections.nCopies(callers, 200)));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDeleteDuringTheOutageIsNotTakenForDone() {
        McpClient session = server.alice().initialized();
        URI address = redis.address();
        redis.close();

        assertThat(session.delete().status(), is(503));

        redis = EmbeddedRedis.startAt(address, keeping());
        Eventually.eventually(() -> session.call("ping").status(), is(200));
    }

    @Test
    void aServerStartsWithoutRedisAndServesOnceItIsThere() {
        URI address = redis.address();
        redis.close();

        try (TestServer early = TestServer.on(address)) {
            assertThatItIsUnavailable(timed(early.alice()));
            redis = EmbeddedRedis.startAt(address, keeping());
            Eventually.eventually(() -> early.alice().call("ping").status(), is(200));
        }
    }

    private static List<Timed> whileCallersCall(McpClient session, Runnable event) {
        Queue<Timed> answers = new ConcurrentLinkedQueue<>();
        CountDownLatch warm = new CountDownLatch(20);
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> callers = IntStream.range(0, 4).mapToObj(_ -> Thread.startVirtualThread(() -> {
            while (!over.get()) {
                answers.add(timed(session));
                warm.countDown();
            }
        })).toList();
        try {
            warm.await();
            event.run();
            over.set(true);
            for (Thread caller : callers) {
                caller.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return List.copyOf(answers);
    }

    private static Timed timed(McpClient client) {
        long began = System.nanoTime();
        Answer answer = client.call("ping");
        return new Timed(answer, Duration.ofNanos(System.nanoTime() - began));
    }

    private static void assertThatNobodyIsSentAway(List<Timed> answers) {
        Set<Integer> statuses = answers.stream().map(timed -> timed.answer().status()).collect(Collectors.toSet());

        assertThat(statuses, is(Set.of(200, 503)));
        answers.stream().filter(timed -> timed.answer().status() == 503)
                .forEach(OutageTest::assertThatItIsUnavailable);
    }

    private static void assertThatItIsUnavailable(Timed timed) {
        assertThat(timed.answer().status(), is(503));
        assertThat(Integer.valueOf(timed.answer().header("retry-after").orElseThrow()), is(greaterThanOrEqualTo(1)));
        assertThat(timed.answer().errorMessage(), is(notNullValue()));
        assertThat(timed.answer().json().getInt("id"), is(1));
        assertThat(timed.took(), is(lessThan(MOST)));
    }

    private static void signal(String name, String process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process).start().waitFor(), is(0));
    }
}
