package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.mcp.Notifications;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.upstream.ScriptedPeer.Serves;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

/** What a server behind this one says on the GET stream of a session reaches the client of that session. */
@Timeout(60)
class GetStreamTest {

    private static final String ROOTS = "{\"roots\":[{\"uri\":\"file:///a\"}]}";

    private static EmbeddedRedis redis;

    private ScriptedPeer peer;
    private ScriptedFront front;

    @BeforeAll
    static void startRedis() {
        redis = EmbeddedRedis.start();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @BeforeEach
    void start() {
        peer = new ScriptedPeer(Serves.SESSIONS)
                .on("plain", asked -> asked.text("plain"))
                .on("roots", asked -> asked.text(String.valueOf(join(peer.ask(asked.session(), "roots/list", "{}"))
                        .get("result"))))
                .on("tell", asked -> {
                    String session = asked.session();
                    String token = String.valueOf(asked.params().getJsonObject("_meta").get("progressToken"));
                    peer.say(session, "notifications/message", "{\"level\":\"info\",\"data\":\"outside\"}");
                    peer.say(session, "notifications/progress", "{\"progress\":1,\"progressToken\":" + token + "}");
                    peer.say(session, "notifications/progress", "{\"progress\":7,\"progressToken\":\"another\"}");
                    Thread.sleep(300);
                    asked.text("told");
                })
                .on("new", asked -> {
                    String session = asked.session();
                    String token = String.valueOf(asked.params().getJsonObject("_meta").get("progressToken"));
                    peer.ask(session, "roots/list", "{}");
                    for (int step = 1; step < 5; step++) {
                        Thread.sleep(300);
                        peer.say(session, "notifications/progress",
                                "{\"progress\":" + step + ",\"progressToken\":" + token + "}");
                    }
                    asked.text("done");
                })
                .on("hurry", asked -> {
                    String session = asked.session();
                    String token = String.valueOf(asked.params().getJsonObject("_meta").get("progressToken"));
                    peer.say(session, "notifications/progress", "{\"progress\":1,\"progressToken\":" + token + "}");
                    Thread.sleep(300);
                    asked.text("told");
                    peer.say(session, "notifications/progress", "{\"progress\":2,\"progressToken\":" + token + "}");
                });
        front = ScriptedFront.of(redis.address(), peer, "auto", "plain");
    }

    @AfterEach
    void stop() {
        front.close();
        peer.close();
    }

    private static JsonObject join(CompletableFuture<JsonObject> answer) {
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static String text(JsonObject answer) {
        return answer.getJsonObject("result").getJsonArray("content").getJsonObject(0).getString("text");
    }

    private static String logged(EventSource stream) {
        return ScriptedFront.next(stream, Notifications.MESSAGE).getJsonObject("params").getString("data");
    }

    /** The session there of the latest call. */
    private String there() {
        return peer.heard("tools/call").getLast().getString("session");
    }

    @Test
    void aQuestionReachesTheClientOfTheCallThatRuns() {
        McpClient session = front.askable();

        List<JsonObject> messages = ScriptedFront.call(session, "roots",
                question -> ScriptedFront.answer(session, question, "result", ROOTS));

        assertThat(messages.getFirst().getString("method"), is("roots/list"));
        assertThat(text(messages.getLast()), is(ROOTS));
    }

    @Test
    void logMessagesAndProgressReachTheCall() {
        List<JsonObject> messages = ScriptedFront.call(front.askable(), "tell", _ -> { });

        assertThat(messages.stream().map(it -> it.getString("method", "")).toList(),
                contains("notifications/message", "notifications/progress", ""));
        assertThat(messages.get(1).getJsonObject("params"), is(Json.parseObject(
                "{\"progressToken\":\"mine\",\"progress\":1}")));
    }

    @Test
    void theAnswerOfACallDoesNotOvertakeWhatIsSaidOnTheStream() {
        List<JsonObject> messages = ScriptedFront.call(front.askable(), "hurry", _ -> { });

        assertThat(messages.stream().map(it -> it.getString("method", "")).toList(),
                contains("notifications/progress", "notifications/progress", ""));
    }

    @Test
    void aStatelessClientIsAskedInARoundOfItsCall() {
        Stateless client = Stateless.of(front.alice()).declaring("roots");
        JsonObject first = client.tool("roots").result();
        assertThat(first.getString("resultType"), is("input_required"));
        String key = first.getJsonObject("inputRequests").keySet().iterator().next();

        Answer last = client.call("tools/call", Json.object().add("name", "roots")
                .add("requestState", first.getString("requestState"))
                .add("inputResponses", Json.object().add(key, Json.parseObject(ROOTS))).build());

        assertThat(last.text(), is(ROOTS));
        eventually(() -> peer.sessions(), hasSize(1));
    }

    @Test
    void aStatelessCallThatGoesOnIsNotRunAnewForRoots() {
        Stateless client = Stateless.of(front.alice()).declaring("roots");

        Answer answer = client.call("tools/call", Json.object().add("name", "new")
                .add("_meta", Json.object().add("progressToken", "mine")).build());

        assertThat(answer.body(), containsString("\"text\":\"done\""));
        assertThat(peer.heard("tools/call"), hasSize(1));
    }

    @Test
    void withoutACallItReachesTheClientsOwnStream() {
        McpClient session = front.askable();
        try (EventSource stream = EventSource.get(session)) {
            session.tool("plain");
            eventually(() -> peer.streaming().contains(there()), is(true));

            CompletableFuture<JsonObject> answer = peer.ask(there(), "roots/list", "{}");
            JsonObject question = ScriptedFront.next(stream, "roots/list");
            ScriptedFront.answer(session, question, "error", "{\"code\":-32000,\"message\":\"no\",\"data\":1}");
            assertThat(join(answer).getJsonObject("error"),
                    is(Json.parseObject("{\"code\":-32000,\"message\":\"no\",\"data\":1}")));

            peer.say(there(), "notifications/message", "{\"level\":\"debug\",\"data\":{\"a\":1}}");
            assertThat(ScriptedFront.next(stream, Notifications.MESSAGE).getJsonObject("params"),
                    is(Json.parseObject("{\"level\":\"debug\",\"data\":{\"a\":1}}")));
            peer.say(there(), "notifications/resources/updated", "{\"uri\":\"x://y\"}");
            assertThat(ScriptedFront.next(stream, "notifications/resources/updated").getJsonObject("params"),
                    is(Json.parseObject("{\"uri\":\"x://y\"}")));
            assertThat(join(peer.ask(there(), "ping", "{}")).getJsonObject("result"), is(Json.parseObject("{}")));
            peer.say(there(), "notifications/tools/list_changed", "{}");
            assertThat(ScriptedFront.next(stream, "notifications/tools/list_changed").containsKey("params"), is(false));
        }
    }

    @Test
    void whatIsTooLongWithoutACallIsLeftOutAndTheLogSaysSoOnce() {
        McpClient session = front.askable();
        try (LogCapture log = new LogCapture(Upstream.class); EventSource stream = EventSource.get(session)) {
            session.tool("plain");
            eventually(() -> peer.streaming().contains(there()), is(true));
            for (int i = 0; i < 3; i++) {
                peer.say(there(), "notifications/message", "{\"level\":\"info\",\"data\":\"" + "x".repeat(66_000) + "\"}");
            }
            peer.say(there(), "notifications/message", "{\"level\":\"info\",\"data\":\"short, and half of \\ud83d\"}");

            assertThat(logged(stream), is("short, and half of \ud83d"));
            assertThat(log.at(Level.WARNING), is(List.of("upstream scripted: left out notifications/message outside of a"
                    + " call: it has more than 65536 characters")));
        }
    }

    @Test
    void nobodyElseHearsIt() {
        McpClient session = front.askable();
        session.tool("plain");
        McpClient other = front.askable();
        try (EventSource stream = EventSource.get(session); EventSource foreign = EventSource.get(other)) {
            other.tool("plain");
            String theirs = there();
            session.tool("plain");
            eventually(() -> peer.streaming().containsAll(List.of(theirs, there())), is(true));

            peer.say(there(), "notifications/message", "{\"level\":\"info\",\"data\":\"first\"}");
            peer.say(theirs, "notifications/message", "{\"level\":\"info\",\"data\":\"second\"}");

            assertThat(logged(stream), is("first"));
            assertThat(logged(foreign), is("second"));
        }
    }

    @Test
    void theClientMayListenAtAnotherReplica() {
        try (ScriptedFront second = ScriptedFront.of(redis.address(), peer, "auto", "plain", "mcp.replica", "b")) {
            McpClient session = front.askable();
            try (EventSource stream = EventSource.get(session.at(second.endpoint()))) {
                session.tool("plain");
                eventually(() -> peer.heard("GET").stream().filter(it -> it.getString("session").equals(there())).count(),
                        is(2L));
                eventually(() -> peer.streaming().contains(there()), is(true));

                peer.say(there(), "notifications/message", "{\"level\":\"info\",\"data\":\"far\"}");

                assertThat(logged(stream), is("far"));
            }
        }
    }

    @Test
    void itEndsWithTheCallAndWithTheListener() {
        McpClient session = front.askable();
        session.tool("plain");
        String there = there();
        eventually(() -> peer.heard("GET").stream().map(it -> it.getString("session")).toList(), hasItem(there));
        eventually(() -> peer.streaming().contains(there), is(false));

        EventSource stream = EventSource.get(session);
        eventually(() -> peer.streaming().contains(there), is(true));
        stream.close();
        eventually(() -> peer.streaming().contains(there), is(false));
    }

    @Test
    void itEndsWithTheSession() {
        McpClient session = front.askable();
        try (EventSource _ = EventSource.get(session)) {
            session.tool("plain");
            String there = there();
            eventually(() -> peer.streaming().contains(there), is(true));

            session.delete();

            eventually(() -> peer.streaming().contains(there), is(false));
            assertThat(peer.sessions().contains(there), is(false));
        }
    }

    @Test
    void itIsTakenUpWhereItBroke() {
        McpClient session = front.askable();
        try (EventSource stream = EventSource.get(session)) {
            session.tool("plain");
            String there = there();
            eventually(() -> peer.streaming().contains(there), is(true));
            peer.say(there, "notifications/message", "{\"level\":\"info\",\"data\":\"one\"}");
            assertThat(logged(stream), is("one"));

            peer.breakStreams();

            eventually(() -> peer.heard("GET").stream().filter(it -> it.getString("session").equals(there))
                    .map(it -> it.getString("last")).toList().getLast(), is("1"));
        }
    }

    @Test
    void aServerWithoutSuchStreamsIsAskedForOneOnceAlone() {
        peer.withoutStreams();
        McpClient session = front.askable();

        assertThat(session.tool("plain").text(), is("plain"));
        int asked = peer.refusedStreams();
        assertThat(asked, is(greaterThan(0)));
        assertThat(session.tool("plain").text(), is("plain"));
        assertThat(front.askable().tool("plain").text(), is("plain"));

        assertThat(peer.refusedStreams(), is(asked));
    }

    @Test
    void aCallDoesNotWaitLongForAStreamThatDoesNotBegin() {
        peer.holdHeads();

        long begun = System.nanoTime();
        assertThat(front.askable().tool("plain").text(), is("plain"));
        long first = System.nanoTime();
        assertThat(front.askable().tool("plain").text(), is("plain"));

        assertThat("first " + TimeUnit.NANOSECONDS.toMillis(first - begun), first - begun < 10_000_000_000L, is(true));
    }

    @Test
    void whatAClientSaysOfItsRootsGoesOn() {
        McpClient session = front.session("{\"capabilities\":{\"roots\":{\"listChanged\":true}}}");
        session.tool("plain");

        session.notify("notifications/roots/list_changed");

        eventually(() -> peer.heard("notifications/roots/list_changed").stream().map(it -> it.getString("session")).toList(),
                contains(there()));
    }

    @Test
    void aLevelThatIsSetHoldsThereAtOnce() {
        McpClient session = front.askable();
        session.tool("plain");

        session.call("logging/setLevel", Json.parseObject("{\"level\":\"error\"}"));

        assertThat(peer.heard("logging/setLevel").stream().map(it -> it.getString("session")).toList(), contains(there()));
        session.tool("plain");
        assertThat(peer.heard("logging/setLevel"), hasSize(1));
    }

    @Test
    void aUserHasSoManyAtMost() {
        int most = 16;
        List<McpClient> sessions = IntStream.range(0, most + 4).mapToObj(_ -> front.askable()).toList();
        List<EventSource> streams = sessions.stream().map(EventSource::get).toList();
        try {
            sessions.forEach(session -> session.tool("plain"));
            // One is this server's own.
            eventually(() -> peer.streaming(), hasSize(most + 1));
        } finally {
            streams.forEach(EventSource::close);
        }
        eventually(() -> peer.streaming(), hasSize(1));
    }
}
