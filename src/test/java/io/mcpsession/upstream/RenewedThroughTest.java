package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.upstream.ScriptedPeer.Serves;
import jakarta.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** What a server behind this one is told when the session of a client is over here and another takes its place. */
@Timeout(60)
class RenewedThroughTest {

    private static final String TOLD = "x://told";
    private static final String CLIENT = "{\"capabilities\":{\"elicitation\":{},\"sampling\":{}},"
            + "\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}";

    private final EmbeddedRedis server = EmbeddedRedis.start();
    private final PlainRedis redis = new PlainRedis(server.address());
    private final ScriptedPeer peer = new ScriptedPeer(Serves.SESSIONS)
            .offering("{\"tools\":{},\"logging\":{},\"resources\":{\"subscribe\":true}}", TOLD)
            .on("plain", asked -> asked.text("plain"))
            .on("resources/subscribe", asked -> asked.result("{}"));

    @AfterEach
    void stop() {
        peer.close();
        redis.close();
        server.close();
    }

    private ScriptedFront front(String policy) {
        return ScriptedFront.of(server.address(), peer, "auto", "plain", "mcp.session.policy", policy);
    }

    private McpClient subscribed(ScriptedFront front) {
        McpClient session = front.session(CLIENT);
        session.call("resources/subscribe", Json.object().add("uri", TOLD).build());
        session.call("logging/setLevel", Json.object().add("level", "error").build());
        return session;
    }

    private List<String> sessionsOf(String method) {
        return peer.heard(method).stream().map(it -> it.getString("session")).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"compat", "robust"})
    void theSessionThereIsOpenedWithWhatTheClientCanAndSubscribedAtItsNextCall(String policy) {
        try (ScriptedFront front = front(policy)) {
            McpClient session = subscribed(front);
            String before = sessionsOf("resources/subscribe").getLast();
            redis.expire(session.header("Mcp-Session-Id"));

            assertThat(session.tool("plain").text(), is("plain"));

            String there = sessionsOf("tools/call").getLast();
            assertThat(there, is(not(before)));
            assertThat(sessionsOf("resources/subscribe"), is(List.of(before, there)));
            assertThat(sessionsOf("logging/setLevel"), hasItem(there));
            JsonObject capabilities = peer.heard("initialize").getLast().getJsonObject("params").getJsonObject("capabilities");
            assertThat(capabilities, is(Json.parseObject("{\"elicitation\":{},\"sampling\":{}}")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"compat", "robust"})
    void aClientThatOnlyListensHearsWhatTheServerSaysOfItsResources(String policy) {
        try (ScriptedFront front = front(policy)) {
            McpClient session = subscribed(front);
            String before = sessionsOf("resources/subscribe").getLast();
            redis.expire(session.header("Mcp-Session-Id"));
            session.call("ping");

            try (EventSource stream = EventSource.get(session)) {
                eventually(() -> sessionsOf("resources/subscribe").size(), is(2));
                String there = sessionsOf("resources/subscribe").getLast();
                assertThat(there, is(not(before)));
                eventually(() -> peer.streaming().contains(there), is(true));

                peer.say(there, "notifications/resources/updated", "{\"uri\":\"" + TOLD + "\"}");

                assertThat(ScriptedFront.next(stream, "notifications/resources/updated").getJsonObject("params")
                        .getString("uri"), is(TOLD));
            }
        }
    }

    @Test
    void aClientThatNeverSubscribedOpensNoSessionThereByListening() {
        try (ScriptedFront front = front("compat")) {
            McpClient session = front.session(CLIENT);
            long before = peer.heard("initialize").size();

            try (EventSource stream = EventSource.get(session)) {
                stream.next();
                subscribed(front);
                assertThat(peer.heard("initialize").size(), is((int) before + 1));
            }
        }
    }
}
