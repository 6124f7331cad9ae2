package io.mcpsession.upstream;

import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.SignedJWT;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** What one server behind this one keeps for a session, and what it is told of its user. */
@Timeout(60)
class UpstreamStateTest {

    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);

    private static EmbeddedRedis redis;

    private final StatefulPeer peer = new StatefulPeer();
    private final List<Bridged> fronts = new ArrayList<>();
    private Bridged a;
    private Bridged b;

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
        a = front("a");
        b = front("b");
    }

    private Bridged front(String replica) {
        Map<String, String> keys = new HashMap<>(Bridged.upstream(peer.endpoint(), "counter", "auto"));
        keys.put("mcp.upstreams.0.allow", "");
        keys.put("mcp.upstreams.0.deny", "hidden*");
        keys.put("mcp.upstreams.0.prefix", "c.");
        Bridged front = Bridged.on(redis.address(), keys, "mcp.replica", replica, "mcp.upstreams.0.refresh", "1s",
                "mcp.identity.key", Base64.getEncoder().encodeToString(SECRET));
        fronts.add(front);
        return front;
    }

    @AfterEach
    void stop() {
        fronts.forEach(Bridged::close);
        peer.close();
    }

    @Test
    void twoReplicasTakeTurnsInOneSessionOfTheOtherServer() {
        McpClient session = a.alice().initialized();
        McpClient there = session.at(b.endpoint());

        List<String> counted = IntStream.range(0, 200)
                .mapToObj(round -> (round % 2 == 0 ? session : there).tool("c.count").text()).toList();

        assertThat(counted, is(IntStream.rangeClosed(1, 200).mapToObj(Integer::toString).toList()));
    }

    @Test
    void whoComesAtOnceGetsOneSessionThere() throws InterruptedException {
        McpClient session = a.alice().initialized();
        McpClient there = session.at(b.endpoint());
        int before = peer.living();
        List<Thread> callers = IntStream.range(0, 20)
                .mapToObj(i -> Thread.ofVirtual().start(() -> (i % 2 == 0 ? session : there).tool("c.count"))).toList();
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(session.tool("c.count").text(), is("21"));
        eventually(() -> peer.living() - before, is(1));
    }

    @Test
    void twoUsersAndTwoSessionsHaveNothingInCommon() {
        assertThat(a.alice().initialized().tool("c.count").text(), is("1"));
        assertThat(a.alice().initialized().tool("c.count").text(), is("1"));
        assertThat(a.bob().initialized().tool("c.count").text(), is("1"));
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 400})
    void aSessionLostThereIsOpenedAnewAndOursStays(int status) {
        McpClient session = a.alice().initialized();
        session.tool("c.count");

        peer.forgetSessions(status);

        Answer answer = session.tool("c.count");
        assertThat(answer.text(), is("1"));
        assertThat(answer.session(), is(session.header("Mcp-Session-Id")));
        assertThat(session.at(b.endpoint()).tool("c.count").text(), is("2"));
    }

    @Test
    void aToolThatMustNotRunTwiceIsNotCalledASecondTime() {
        McpClient session = a.alice().initialized();
        session.tool("c.count");
        peer.forgetSessions(404);
        int before = peer.runs();

        Answer answer = session.tool("c.pay");

        assertThat(answer.isToolError(), is(true));
        assertThat(answer.text(), containsString("has forgotten"));
        assertThat(peer.runs(), is(before));
        assertThat(session.tool("c.pay").isToolError(), is(false));
    }

    @Test
    void aStatelessCallHasASessionThereForItselfAlone() {
        int before = peer.living();

        assertThat(Stateless.of(a.alice()).tool("c.count").text(), is("1"));
        assertThat(Stateless.of(a.alice()).tool("c.count").text(), is("1"));

        eventually(peer::living, is(before));
    }

    @Test
    void aConversationHasOneSessionThereThoughItsClientIsStateless() {
        assertThat(inConversation(a).text(), is("1"));
        assertThat(inConversation(b).text(), is("2"));
    }

    private static Answer inConversation(Bridged front) {
        JsonObject params = Json.createObjectBuilder().add("name", "c.count")
                .add("_meta", Json.createObjectBuilder().add("openai/session", "talk-" + front.alice().header(
                        "Authorization").hashCode())).build();
        return Stateless.of(front.alice()).call("tools/call", params);
    }

    @Test
    void theLogLevelOfTheClientGoesOnOnceAndWhenItChanges() {
        McpClient session = a.alice().initialized();
        session.tool("c.count");
        assertThat(peer.levels(), is(List.of()));

        level(session, "debug");
        session.tool("c.count");
        session.at(b.endpoint()).tool("c.count");
        level(session, "error");

        assertThat(session.tool("c.count").text(), is("4"));
        assertThat(peer.levels(), is(List.of("debug", "error")));
    }

    private static void level(McpClient session, String level) {
        session.call("logging/setLevel", Json.createObjectBuilder().add("level", level).build());
    }

    @Test
    void aReplicaThatStopsEndsTheSessionItHadForItself() {
        int before = peer.living();
        Bridged brief = front("short");
        eventually(peer::living, greaterThan(before));
        brief.close();

        eventually(peer::living, is(before));
    }

    @Test
    void whoEndsASessionEndsItThere() {
        McpClient session = a.alice().initialized();
        session.tool("c.count");

        session.at(b.endpoint()).delete();

        eventually(peer::ended, hasSize(1));
    }

    @Test
    void whatExpiresHereEndsThere() {
        McpClient session = a.alice().initialized();
        session.tool("c.count");

        try (PlainRedis plain = new PlainRedis(redis.address())) {
            plain.expire(session.header("Mcp-Session-Id"));
        }

        eventually(peer::ended, hasSize(1));
    }

    @Test
    void theUserGoesOnInASignedTokenAndTheCallersOwnTokenDoesNot() throws Exception {
        a.alice().initialized().with("Mcp-User-Identity", "forged", "X-Anything", "forged").tool("c.count");

        Map<String, List<String>> headers = peer.headers().getLast();
        assertThat(headers.toString(), not(containsString("forged")));
        // The server's own credential; it happens to be what the tests call alice's.
        assertThat(headers.get("Authorization"), is(List.of("Bearer alice-secret")));
        a.bob().initialized().tool("c.count");
        assertThat(peer.headers().getLast().toString(), not(containsString("bob-secret")));

        SignedJWT token = SignedJWT.parse(peer.headers().getLast().get("Mcp-user-identity").getFirst());
        assertThat(token.verify(new MACVerifier(SECRET)), is(true));
        assertThat(token.getJWTClaimsSet().getSubject(), is("bob"));
        assertThat(token.getJWTClaimsSet().getAudience(), is(List.of("counter")));
        assertThat(token.getJWTClaimsSet().getIssuer(), is("mcp-session-server"));
        long life = token.getJWTClaimsSet().getExpirationTime().getTime()
                - token.getJWTClaimsSet().getIssueTime().getTime();
        assertThat(life, is(60_000L));
    }

    @Test
    void whatIsDeniedIsNeitherListedNorCallable() {
        peer.stop();
        peer.offer("count", "hidden_tool");
        peer.start();
        McpClient session = a.alice().initialized();
        eventually(() -> tools(session), not(hasItem("c.pay")));

        assertThat(tools(session), not(hasItem("c.hidden_tool")));
        int before = peer.runs();
        assertThat(session.tool("c.hidden_tool").errorCode(), is(-32602));
        assertThat(session.tool("hidden_tool").errorCode(), is(-32602));
        assertThat(session.tool("count").errorCode(), is(-32602));
        assertThat(peer.runs(), is(before));
    }

    @Test
    void whileItIsAwayItsListStaysWithAMarkAndItsToolsSaySo() {
        McpClient session = a.alice().initialized();
        assertThat(tools(session), hasItem("c.count"));
        peer.stop();

        assertThat(session.tool("c.count").isToolError(), is(true));
        eventually(() -> stale(session), is("[\"counter\"]"));
        assertThat(tools(session), hasItems("c.count", "session_info"));
        assertThat(session.tool("session_info").isToolError(), is(false));

        peer.start();
        eventually(() -> stale(session), is(""));
        assertThat(session.tool("c.count").text(), is("1"));
    }

    @Test
    void whoIsAwayAtStartJoinsLater() {
        peer.stop();
        Bridged late = front("late");
        McpClient session = late.alice().initialized();
        assertThat(tools(session), not(hasItem("c.count")));
        assertThat(stale(session), is("[\"counter\"]"));

        peer.start();

        eventually(() -> tools(session), hasItem("c.count"));
        assertThat(session.tool("c.count").text(), is("1"));
    }

    private static List<String> tools(McpClient session) {
        return session.call("tools/list").result().getJsonArray("tools").getValuesAs(JsonObject.class).stream()
                .map(tool -> tool.getString("name")).toList();
    }

    private static String stale(McpClient session) {
        JsonObject result = session.call("tools/list").result();
        return result.containsKey("_meta")
                ? result.getJsonObject("_meta").getJsonArray("io.mcpsession/stale").toString()
                : "";
    }
}
