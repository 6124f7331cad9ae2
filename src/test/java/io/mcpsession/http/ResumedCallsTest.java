package io.mcpsession.http;

import io.mcpsession.handler.Offering;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Taking up the stream of a call that is over, or goes on, and what it costs Redis. */
@Timeout(60)
class ResumedCallsTest {

    private static final String CALL = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"wait"%s}}""";
    private static final String PROGRESS = ",\"_meta\":{\"progressToken\":\"t\"}";
    private static final String CANCEL = """
            {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}""";

    private final WaitingTool waiting = new WaitingTool();
    private EmbeddedRedis redis;
    private TestServer server;
    private TestServer other;
    private McpClient alice;

    @BeforeEach
    void start() {
        redis = EmbeddedRedis.start();
        server = TestServer.on(redis.address(), Map.of(), _ -> Offering.ofTools(List.of(waiting)));
        other = TestServer.on(redis.address(), Map.of(), _ -> Offering.ofTools(List.of(waiting)));
        McpClient user = server.alice();
        alice = user.in(user.post("""
                {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",
                 "capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""").session());
    }

    @AfterEach
    void stop() {
        waiting.permits.release(100);
        server.close();
        other.close();
        redis.close();
    }

    @Test
    void theStreamOfACancelledCallIsOver() {
        String last;
        try (EventSource stream = EventSource.post(alice, CALL.formatted(PROGRESS))) {
            last = stream.message().id();
            alice.post(CANCEL);
            assertThat(stream.next(), is(Optional.empty()));
        }

        try (EventSource resumed = EventSource.get(alice.at(other.endpoint()).with("Last-Event-ID", last))) {
            assertThat(resumed.status(), is(200));
            assertThat(resumed.next(), is(Optional.empty()));
        }
    }

    @Test
    void aCallThatHasSaidNothingYetIsTakenUp() {
        String last;
        try (EventSource stream = EventSource.post(alice, CALL.formatted(""))) {
            last = stream.next().orElseThrow().id();
        }

        try (EventSource resumed = EventSource.get(alice.at(other.endpoint()).with("Last-Event-ID", last))) {
            waiting.permits.release();
            assertThat(resumed.message().json().getInt("id"), is(7));
            assertThat(resumed.next(), is(Optional.empty()));
        }
    }

    @Test
    void whoWaitsForACallAsksSeldomAndWhoIsGoneNotAtAll() throws InterruptedException {
        List<EventSource> resumed = new ArrayList<>();
        try (EventSource stream = EventSource.post(alice, CALL.formatted(PROGRESS));
                PlainRedis raw = new PlainRedis(redis.address())) {
            String last = stream.message().id();
            for (int i = 0; i < 50; i++) {
                resumed.add(EventSource.get(alice.at(other.endpoint()).with("Last-Event-ID", last)));
            }
            Thread.sleep(2000);
            assertThat(looksASecond(raw), is(both(greaterThan(0L)).and(lessThan(100L))));

            resumed.forEach(EventSource::close);
            // What the replicas look at now and then in their own time is left.
            eventually(() -> looksASecond(raw), is(lessThan(5L)));
        }
    }

    /** The newest event is looked at by each script that asks what followed in a call. */
    private static long looksASecond(PlainRedis raw) {
        long before = looks(raw);
        try {
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return looks(raw) - before;
    }

    private static long looks(PlainRedis raw) {
        var calls = Pattern.compile("cmdstat_xrevrange:calls=(\\d+)").matcher(raw.call("INFO", "commandstats").orElseThrow());
        return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }
}
