package io.mcpsession.http;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.mcpsession.http.Cell.sessions;
import static io.mcpsession.http.Cell.stateless;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** What calls are answered with whose session id is missing, dead or somebody else's; the stateless era ignores it. */
@ExtendWith(FixtureServer.Shared.class)
class SessionErrorTableTest {

    private static FixtureServer server;
    private static EmbeddedRedis redis;
    /** Where calls without a live session are refused. */
    private static FixtureServer strict;
    private static LogCapture audit;
    private static McpClient alice;

    @BeforeAll
    static void start(FixtureServer shared) {
        server = shared;
        redis = EmbeddedRedis.start();
        strict = FixtureServer.on(redis.address(), "mcp.session.policy", "strict",
                "mcp.session.max-per-user", "8", "mcp.session.when-full", "reject");
        audit = new LogCapture("io.mcpsession.audit");
        alice = server.alice();
    }

    @AfterAll
    static void stop() {
        audit.close();
        strict.close();
        redis.close();
    }

    static Stream<Cell> sessionIds() {
        return Stream.of(
                sessions("session id missing, compat", 200, "result", () -> alice.call("ping")),
                sessions("session id missing, strict", 400, "-32000", () -> strict.alice().call("ping")),
                stateless("session id missing, strict", 200, "result",
                        () -> Stateless.of(strict.alice()).call("tools/list")),
                sessions("session unknown, compat", 200, "result", () -> alice.in("unknown").call("ping")),
                sessions("session unknown, strict", 404, "-32001", () -> strict.alice().in("unknown").call("ping")),
                stateless("session unknown, strict", 200, "result",
                        () -> Stateless.of(strict.alice().in("unknown")).call("tools/list")),
                sessions("session deleted, compat", 404, "-32001", () -> deleted(server).call("ping")),
                sessions("session deleted, strict", 404, "-32001", () -> deleted(strict).call("ping")),
                stateless("session deleted, strict", 200, "result",
                        () -> Stateless.of(deleted(strict)).call("tools/list")),
                sessions("session of another user, compat", 200, "result", () -> foreign(server).call("ping")),
                sessions("session of another user, strict", 404, "-32001", () -> foreign(strict).call("ping")),
                stateless("session of another user, strict", 200, "result",
                        () -> Stateless.of(foreign(strict)).call("tools/list")),
                sessions("too many sessions", 429, "-32004", SessionErrorTableTest::oneSessionTooMany));
    }

    @ParameterizedTest
    @MethodSource("sessionIds")
    void eachSituationHasItsAnswer(Cell cell) {
        cell.check();
    }

    @Test
    void aForeignSessionLooksLikeNone() {
        Answer foreign = foreign(strict).call("ping");
        Answer none = strict.bob().in("unknown").call("ping");

        assertThat(foreign.body(), is(none.body()));
    }

    @Test
    void whoHasTooManySessionsIsToldWhenToComeBack() {
        assertThat(oneSessionTooMany().header("retry-after").isPresent(), is(true));
    }

    @Test
    void noStatelessAnswerNamesASession() {
        for (Stateless client : new Stateless[] {Stateless.of(alice), Stateless.of(alice.initialized()),
                Stateless.of(alice.in("unknown"))}) {
            for (String method : new String[] {"server/discover", "tools/list", "initialize", "no/such"}) {
                assertThat(method, client.call(method).header("mcp-session-id").isPresent(), is(false));
            }
            assertThat(client.tool("test_simple_text").header("mcp-session-id").isPresent(), is(false));
        }
    }

    private static McpClient deleted(FixtureServer on) {
        McpClient gone = on.alice().initialized();
        gone.delete();
        return gone;
    }

    /** Bob in a session of Alice. */
    private static McpClient foreign(FixtureServer on) {
        McpClient hers = on.alice().initialized();
        return on.bob().in(hers.header("Mcp-Session-Id"));
    }

    /** As Bob, so that Alice has room. */
    private static Answer oneSessionTooMany() {
        return Stream.generate(() -> strict.bob().call("initialize")).limit(9).reduce((_, last) -> last).orElseThrow();
    }
}
