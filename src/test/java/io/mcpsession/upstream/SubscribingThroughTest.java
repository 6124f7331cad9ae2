package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.upstream.ScriptedPeer.Serves;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

/** Who subscribes to a resource of another server hears what that server says to it. */
@Timeout(60)
class SubscribingThroughTest {

    private static final String TOLD = "x://told";
    private static final String REFUSED = "x://refused";
    private static final String WITH = "{\"tools\":{},\"resources\":{\"subscribe\":true}}";
    private static final String WITHOUT = "{\"tools\":{},\"resources\":{}}";

    private static EmbeddedRedis redis;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    private static ScriptedPeer peer(Serves serves, String capabilities) {
        return new ScriptedPeer(serves).offering(capabilities, TOLD, REFUSED)
                .on("plain", asked -> asked.text("plain"))
                .on("resources/subscribe", asked -> {
                    if (asked.params().getString("uri").equals(TOLD)) {
                        asked.result("{}");
                    } else {
                        asked.error(200, "{\"code\":-32055,\"message\":\"not that one\",\"data\":{\"a\":1}}");
                    }
                })
                .on("subscriptions/listen", asked -> {
                    asked.say("notifications/subscriptions/acknowledged", "{\"notifications\":{\"resourceSubscriptions\":[\""
                            + TOLD + "\"]}}");
                    Thread.sleep(60_000);
                });
    }

    private static ScriptedFront front(ScriptedPeer peer) {
        return ScriptedFront.of(redis.address(), peer, "auto", "plain");
    }

    private static Answer subscribe(McpClient session, String uri) {
        return session.call("resources/subscribe", Json.object().add("uri", uri).build());
    }

    @Test
    void aSessionSubscribesInItsOwnSessionThereAndHearsWhatComesOfIt() {
        try (ScriptedPeer peer = peer(Serves.BOTH, WITH); ScriptedFront front = front(peer)) {
            McpClient session = front.alice().initialized();
            try (EventSource stream = EventSource.get(session)) {
                assertThat(subscribe(session, TOLD).result(), is(Json.parseObject("{}")));
                session.tool("plain");
                String there = peer.heard("tools/call").getLast().getString("session");
                assertThat(peer.heard("resources/subscribe").stream().map(it -> it.getString("session")).toList(),
                        contains(there));
                eventually(() -> peer.streaming().contains(there), is(true));

                peer.say(there, "notifications/resources/updated", "{\"uri\":\"" + TOLD + "\"}");

                assertThat(ScriptedFront.next(stream, "notifications/resources/updated").getJsonObject("params")
                        .getString("uri"), is(TOLD));
                session.call("resources/unsubscribe", Json.object().add("uri", TOLD).build());
                assertThat(peer.heard("resources/unsubscribe").getLast().getString("session"), is(there));
            }
        }
    }

    @Test
    void aSessionThatIsOpenedAnewThereIsSubscribedAnew() {
        try (ScriptedPeer peer = peer(Serves.SESSIONS, WITH); ScriptedFront front = front(peer)) {
            McpClient session = front.alice().initialized();
            subscribe(session, TOLD);
            peer.forgetSessions();

            assertThat(session.tool("plain").text(), is("plain"));

            assertThat(peer.heard("resources/subscribe").getLast().getString("session"),
                    is(peer.heard("tools/call").getLast().getString("session")));
        }
    }

    @Test
    void aRefusalPassesOnUnchanged() {
        try (ScriptedPeer peer = peer(Serves.SESSIONS, WITH); ScriptedFront front = front(peer)) {
            JsonObject error = subscribe(front.alice().initialized(), REFUSED).json().getJsonObject("error");

            assertThat(error, is(Json.parseObject("{\"code\":-32055,\"message\":\"not that one\",\"data\":{\"a\":1}}")));
        }
    }

    @ParameterizedTest
    @EnumSource(Serves.class)
    void whatDoesNotExistIsRefused(Serves serves) {
        try (ScriptedPeer peer = peer(serves, WITH); ScriptedFront front = front(peer)) {
            assertThat(subscribe(front.alice().initialized(), "x://nowhere").errorCode(), is(-32002));
            assertThat(acknowledged(front, "x://nowhere"), is(List.of()));
        }
    }

    @ParameterizedTest
    @EnumSource(Serves.class)
    void aServerWithoutSubscriptionsRefusesThem(Serves serves) {
        try (ScriptedPeer peer = peer(serves, WITHOUT); ScriptedFront front = front(peer)) {
            assertThat(subscribe(front.alice().initialized(), TOLD).errorCode(), is(-32601));
            assertThat(acknowledged(front, TOLD), is(List.of()));
            assertThat(peer.heard("resources/subscribe"), empty());
        }
    }

    @ParameterizedTest
    @EnumSource(Serves.class)
    void onlyWhatTheServerKeepsIsAcknowledged(Serves serves) {
        try (ScriptedPeer peer = peer(serves, WITH); ScriptedFront front = front(peer)) {
            assertThat(acknowledged(front, TOLD, REFUSED, "x://nowhere"), is(List.of(TOLD)));
        }
    }

    @Test
    void aSessionMeetsTheRefusalOfAStatelessServer() {
        try (ScriptedPeer peer = peer(Serves.STATELESS, WITH); ScriptedFront front = front(peer)) {
            McpClient session = front.alice().initialized();

            assertThat(subscribe(session, TOLD).result(), is(Json.parseObject("{}")));
            assertThat(subscribe(session, REFUSED).errorCode(), is(-32600));
        }
    }

    @Test
    void theEndOfAStreamEndsWhatItWantedToHearOf() {
        try (ScriptedPeer peer = peer(Serves.SESSIONS, WITH); ScriptedFront front = front(peer)) {
            assertThat(acknowledged(front, TOLD), is(List.of(TOLD)));

            eventually(() -> peer.heard("resources/unsubscribe").stream()
                    .map(it -> it.getJsonObject("params").getString("uri")).toList(), contains(TOLD));
        }
    }

    /** How a session ends. */
    private enum End {
        DELETED {
            @Override
            void of(ScriptedFront front, McpClient session) {
                session.delete();
            }
        },
        UNSUBSCRIBED {
            @Override
            void of(ScriptedFront front, McpClient session) {
                session.call("resources/unsubscribe", Json.object().add("uri", TOLD).build());
            }
        },
        EVICTED {
            @Override
            void of(ScriptedFront front, McpClient session) {
                for (int i = 0; i < 100; i++) {
                    front.alice().initialized();
                }
            }
        };

        abstract void of(ScriptedFront front, McpClient session);
    }

    @ParameterizedTest
    @EnumSource
    void theEndOfASessionEndsWhatItWantedToHearOf(End end) {
        try (ScriptedPeer peer = peer(Serves.STATELESS, WITH); ScriptedFront front = front(peer)) {
            McpClient session = front.alice().initialized();
            subscribe(session, TOLD);
            assertThat(wanted(peer), contains(TOLD));

            end.of(front, session);

            // With the next stream, which begins when another wants to hear of something.
            eventually(() -> {
                acknowledged(front, REFUSED);
                return wanted(peer);
            }, is(List.of(REFUSED)));
        }
    }

    /** What the newest stream of news asks for. */
    private static List<String> wanted(ScriptedPeer peer) {
        return peer.heard("subscriptions/listen").getLast().getJsonObject("params").getJsonObject("notifications")
                .getJsonArray("resourceSubscriptions").getValuesAs(JsonString::getString);
    }

    private static List<String> acknowledged(ScriptedFront front, String... uris) {
        JsonObject params = Json.object().add("notifications", Json.object().add("toolsListChanged", true)
                .add("resourceSubscriptions", Json.strings(List.of(uris)))).build();
        Stateless client = Stateless.of(front.alice().with(Stateless.headers("subscriptions/listen", params)));
        try (EventSource stream = EventSource.post(client.http(), client.request("subscriptions/listen", params))) {
            JsonObject kept = stream.message().json().getJsonObject("params").getJsonObject("notifications");
            assertThat(kept.getBoolean("toolsListChanged"), is(true));
            return kept.containsKey("resourceSubscriptions")
                    ? kept.getJsonArray("resourceSubscriptions").getValuesAs(JsonString::getString)
                    : List.of();
        }
    }
}
