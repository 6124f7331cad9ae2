package io.mcpsession.http;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** What clients get whose id is missing, dead or somebody else's, from replicas under each policy. */
class PolicyTest {

    private static final String HEADER = "mcp-session-id";

    private static EmbeddedRedis server;
    private static PlainRedis redis;
    private static TestServer compat;
    private static TestServer strict;
    private static TestServer robust;

    @BeforeAll
    static void start() {
        server = EmbeddedRedis.start();
        redis = new PlainRedis(server.address());
        compat = TestServer.on(server.address(), Map.of("mcp.session.policy", "compat"));
        strict = TestServer.on(server.address(), Map.of("mcp.session.policy", "strict"));
        robust = TestServer.on(server.address(), Map.of("mcp.session.policy", "robust"));
    }

    @AfterAll
    static void stop() {
        compat.close();
        strict.close();
        robust.close();
        redis.close();
        server.close();
    }

    static List<TestServer> all() {
        return List.of(compat, strict, robust);
    }

    private static String idOf(McpClient session) {
        return session.header("Mcp-Session-Id");
    }

    /** A session that nobody used for too long. */
    private static McpClient expired(TestServer replica) {
        McpClient session = replica.alice().initialized();
        redis.expire(idOf(session));
        return session;
    }

    @Test
    void compatServesAnExpiredIdInARenewedSessionAndSaysItsId() {
        McpClient session = expired(compat);

        Answer answer = session.call("ping");

        assertThat(answer.status(), is(200));
        assertThat(answer.session(), is(not(idOf(session))));
        assertThat(compat.alice().in(answer.session()).call("ping").session(), is(answer.session()));
    }

    @Test
    void compatServesAClientThatIgnoresTheNewIdInOneSession() {
        McpClient session = expired(compat);
        long before = redis.living();
        String renewed = session.tool("note_set", "name", "n", "text", "kept").session();

        for (int i = 0; i < 20; i++) {
            Answer answer = session.tool("note_get", "name", "n");
            assertThat(answer.text(), is("kept"));
            assertThat(answer.session(), is(renewed));
        }

        assertThat(redis.living() - before, is(1L));
    }

    @Test
    void compatServesAClientOfARenewedSessionOnEveryReplica() {
        McpClient session = expired(compat);
        String renewed = session.call("ping").session();

        // Whatever its own policy, a replica knows what stands for the old id.
        assertThat(robust.alice().in(idOf(session)).call("ping").session(), is(renewed));
        assertThat(strict.alice().in(idOf(session)).call("ping").session(), is(renewed));
    }

    @Test
    void compatServesAnotherUsersIdInASessionOfTheCallersOwn() {
        McpClient hers = compat.alice().initialized();
        long expires = redis.expires(idOf(hers));
        long before = redis.living();

        String his = compat.bob().in(idOf(hers)).call("ping").session();

        assertThat(his, is(not(idOf(hers))));
        assertThat(compat.bob().in(idOf(hers)).call("ping").session(), is(his));
        assertThat(redis.living() - before, is(1L));
        assertThat(redis.expires(idOf(hers)), is(expires));
    }

    @Test
    void compatServesACallWithoutAnId() {
        Answer answer = compat.alice().call("ping");

        assertThat(answer.status(), is(200));
        assertThat(answer.header(HEADER).isPresent(), is(true));
    }

    @Test
    void strictRefusesADeadIdWith404() {
        long before = redis.living();

        Answer answer = expired(strict).call("ping");

        assertThat(answer.status(), is(404));
        assertThat(answer.errorCode(), is(-32001));
        assertThat(answer.header(HEADER).isPresent(), is(false));
        assertThat(expired(strict).notify("notifications/initialized").status(), is(404));
        assertThat(redis.living(), is(before));
    }

    @Test
    void strictRefusesACallWithoutAnIdWith400() {
        Answer answer = strict.alice().call("ping");

        assertThat(answer.status(), is(400));
        assertThat(answer.errorCode(), is(-32000));
        assertThat(answer.header(HEADER).isPresent(), is(false));
        assertThat(strict.alice().notify("notifications/initialized").status(), is(400));
        assertThat(strict.alice().call("initialize").status(), is(200));
    }

    @Test
    void strictDoesNotTellAnotherUsersIdFromNone() {
        String hers = idOf(strict.alice().initialized());
        long expires = redis.expires(hers);

        Answer foreign = strict.bob().in(hers).call("ping");
        Answer none = strict.bob().in("mcp-1795356841897-" + "A".repeat(40)).call("ping");

        assertThat(foreign.status(), is(404));
        assertThat(foreign.body(), is(none.body()));
        assertThat(foreign.headers().keySet(), is(none.headers().keySet()));
        assertThat(redis.expires(hers), is(expires));
    }

    @Test
    void robustGoesOnUnderTheSameId() {
        McpClient session = expired(robust);
        long before = redis.living();

        Answer answer = session.call("ping");

        assertThat(answer.status(), is(200));
        assertThat(answer.session(), is(idOf(session)));
        assertThat(session.call("ping").session(), is(idOf(session)));
        assertThat(redis.living() - before, is(1L));
    }

    @Test
    void robustServesACallWithoutAnIdAndOpensNoSession() {
        long before = redis.living();

        Answer answer = robust.alice().call("tools/list");

        assertThat(answer.status(), is(200));
        assertThat(answer.header(HEADER).isPresent(), is(false));
        assertThat(redis.living(), is(before));
    }

    @Test
    void robustRefusesAnotherUsersIdAndOneThatWasNeverMinted() {
        String hers = idOf(robust.alice().initialized());

        assertThat(robust.bob().in(hers).call("ping").status(), is(404));
        assertThat(robust.bob().in("made-up").call("ping").status(), is(404));
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("all")
    void aDeletedSessionIsGoneOnEveryReplicaUnderEveryPolicy(TestServer replica) {
        McpClient session = compat.alice().initialized();
        assertThat(session.delete().status(), is(204));

        Answer answer = replica.alice().in(idOf(session)).call("ping");

        assertThat(answer.status(), is(404));
        assertThat(answer.errorCode(), is(-32001));
    }

    @Test
    void aSingleRuleMayDifferFromThePreset() {
        try (TestServer mixed = TestServer.on(server.address(),
                Map.of("mcp.session.policy", "strict", "mcp.session.on-expired", "revive"))) {
            assertThat(expired(mixed).call("ping").status(), is(200));
            assertThat(mixed.alice().call("ping").status(), is(400));
        }
    }

    @Test
    void aUserWithTooManySessionsIsTurnedAwayAndToldWhenToComeBack() {
        try (TestServer small = TestServer.on(server.address(), Map.of("mcp.session.max-per-user", "1",
                "mcp.session.when-full", "reject", "mcp.store.redis.key-prefix", "small"))) {
            McpClient session = small.alice().initialized();

            Answer answer = small.alice().call("initialize");

            assertThat(answer.status(), is(429));
            assertThat(answer.header("retry-after").orElseThrow(), is("60"));
            assertThat(answer.errorCode(), is(-32004));
            assertThat(answer.header(HEADER).isPresent(), is(false));
            assertThat(small.bob().call("initialize").status(), is(200));
            session.delete();
            assertThat(small.alice().call("initialize").status(), is(200));
        }
    }

    @Test
    void theOldestSessionMakesRoomWhereThatIsTheRule() {
        try (TestServer small = TestServer.on(server.address(), Map.of("mcp.session.max-per-user", "2",
                "mcp.store.redis.key-prefix", "evicting"))) {
            McpClient first = small.alice().initialized();
            McpClient second = small.alice().initialized();
            McpClient his = small.bob().initialized();

            McpClient third = small.alice().initialized();

            assertThat(first.call("ping").session(), is(not(idOf(first))));
            assertThat(third.call("ping").session(), is(idOf(third)));
            assertThat(his.call("ping").session(), is(idOf(his)));
            assertThat(second.call("ping").session(), is(not(idOf(second))));
        }
    }
}
