package io.mcpsession.http;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Eventually;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestIssuer;
import io.mcpsession.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

/** Which events of a session's life are written down, and that nothing is which opens a door. */
class AuditTrailTest {

    private static final String USER = "user#[\\w-]{8}";
    private static final String SESSION = "session#[\\w-]+";

    private EmbeddedRedis redis;
    private TestIssuer issuer;
    private TestServer server;
    private LogCapture audit;
    private LogCapture everything;

    @BeforeEach
    void start() {
        redis = EmbeddedRedis.start();
        issuer = TestIssuer.now();
        server = TestServer.on(redis.address(), Map.of("mcp.replica", "pod-7",
                "mcp.auth.resource", TestIssuer.RESOURCE, "mcp.auth.issuers.0.issuer", issuer.name()));
        everything = new LogCapture("io.mcpsession", Level.ALL);
        audit = new LogCapture("io.mcpsession.audit", Level.INFO);
    }

    @AfterEach
    void stop() {
        audit.close();
        everything.close();
        server.close();
        issuer.close();
        redis.close();
    }

    /** What is written beside what was written before. */
    private String line(Level level, Runnable cause) {
        int before = audit.at(level).size();
        cause.run();
        Eventually.eventually(() -> audit.at(level).size(), is(greaterThan(before)));
        assertThat(audit.at(level).size(), is(before + 1));
        return audit.at(level).getLast();
    }

    @Test
    void aSessionsLifeIsWrittenDown() {
        McpClient alice = server.alice();
        List<String> ids = new ArrayList<>();

        assertThat(line(Level.INFO, () -> ids.add(alice.call("initialize").session())), matchesPattern(
                "event=session\\.create session=" + SESSION + " user=" + USER + " reason=initialize replica=pod-7"));
        assertThat(line(Level.INFO, () -> alice.call("ping")), matchesPattern(
                "event=session\\.renew session=" + SESSION + " user=" + USER + " reason=missing replica=pod-7"));
        assertThat(line(Level.WARNING, () -> server.bob().in(ids.getFirst()).call("ping")), matchesPattern(
                "event=session\\.mismatch session=" + SESSION + " user=" + USER + " owner=" + USER
                        + " reason=not-the-callers replica=pod-7"));
        assertThat(line(Level.INFO, () -> alice.in(ids.getFirst()).delete()), matchesPattern(
                "event=session\\.end user=" + USER + " count=1 reason=deleted replica=pod-7"));
    }

    @Test
    void whoeverIsTurnedAwayIsWrittenDownWithTheReason() {
        assertThat(line(Level.WARNING, () -> McpClient.anonymous(server.endpoint()).call("ping")),
                is("event=auth.deny user=unknown address=127.0.0.1 reason=\"no token\" replica=pod-7"));
        assertThat(line(Level.WARNING, () -> server.client("nonsense").call("ping")),
                is("event=auth.deny user=unknown address=127.0.0.1 reason=\"unknown token\" replica=pod-7"));
        assertThat(line(Level.WARNING, () -> server.client(issuer.token(claims -> claims.audience("other"))).call("ping")),
                allOf(startsWith("event=auth.deny"), containsString("\"the token is for another audience\"")));
    }

    @Test
    void neitherATokenNorAnIdNorABodyNorAUserIsLogged() {
        String token = issuer.token("zebulon");
        McpClient zebulon = server.client(token).initialized();
        String id = zebulon.header("Mcp-Session-Id");
        zebulon.tool("note_set", "name", "n", "text", "the-body-of-a-note");
        server.bob().in(id).call("ping");
        server.client(token + "AA").call("ping");
        server.client("opaque-and-wrong").in(id).call("ping");
        zebulon.post("{\"the-body-of-a-note\"");
        zebulon.delete();

        Eventually.eventually(() -> audit.at(Level.WARNING).size(), is(3));
        String logged = Stream.of(Level.SEVERE, Level.WARNING, Level.INFO, Level.FINE)
                .flatMap(level -> Stream.concat(audit.at(level).stream(), everything.at(level).stream()))
                .reduce("", String::concat);
        for (String secret : List.of(token, token.substring(token.lastIndexOf('.')), id, id.substring(18),
                TestServer.BOB, "opaque-and-wrong", "the-body-of-a-note", "zebulon")) {
            assertThat(logged, not(containsString(secret)));
        }
    }
}
