package io.mcpsession.conformance;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

/** What official clients make of a session that expires under them, in each policy. Sessions are counted in Redis. */
@Tag("slow")
@Timeout(60)
class ExpiryTest {

    private static EmbeddedRedis server;
    private static PlainRedis redis;

    @BeforeAll
    static void start() {
        server = EmbeddedRedis.start();
        redis = new PlainRedis(server.address());
    }

    @AfterAll
    static void stop() {
        redis.close();
        server.close();
    }

    @BeforeEach
    void forgetEverything() {
        redis.call("FLUSHALL");
    }

    private static FixtureServer replica(String policy) {
        return FixtureServer.on(server.address(), "mcp.session.policy", policy);
    }

    private static String onlySession() {
        Set<String> ids = redis.sessions();
        assertThat(ids.toString(), ids.size(), is(1));
        return ids.iterator().next();
    }

    private static Stream<String> calls(ClientOnALeash client) {
        return IntStream.range(0, 5).mapToObj(_ -> client.call());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sdk 1", "sdk 2 legacy", "java"})
    void underCompatOneSessionTakesThePlaceOfTheExpiredOne(String name) throws Exception {
        try (FixtureServer replica = replica("compat");
             ClientOnALeash client = ClientOnALeash.connect(name, replica.endpoint(), TestServer.ALICE)) {
            assertThat(client.call(), is("served"));
            redis.expire(onlySession());
            assertThat(redis.living(), is(0L));

            assertThat(calls(client).toList(), everyItem(is("served")));

            assertThat(redis.living(), is(1L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sdk 1", "sdk 2 legacy", "java"})
    void underRobustTheSameSessionGoesOn(String name) throws Exception {
        try (FixtureServer replica = replica("robust");
             ClientOnALeash client = ClientOnALeash.connect(name, replica.endpoint(), TestServer.ALICE)) {
            assertThat(client.call(), is("served"));
            String session = onlySession();
            redis.expire(session);

            assertThat(calls(client).toList(), everyItem(is("served")));

            assertThat(onlySession(), is(session));
            assertThat(redis.living(), is(1L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sdk 1", "sdk 2 legacy"})
    void underStrictTheClientIsToldThatItsSessionIsGone(String name) throws Exception {
        try (FixtureServer replica = replica("strict");
             ClientOnALeash client = ClientOnALeash.connect(name, replica.endpoint(), TestServer.ALICE)) {
            assertThat(client.call(), is("served"));
            redis.expire(onlySession());

            assertThat(client.call(), startsWith("failed: "));

            assertThat(redis.living(), is(0L));
        }
    }

    @Test
    void underStrictTheJavaClientOpensAnotherSessionByItself() throws Exception {
        try (FixtureServer replica = replica("strict");
             ClientOnALeash client = ClientOnALeash.connect("java", replica.endpoint(), TestServer.ALICE)) {
            assertThat(client.call(), is("served"));
            redis.expire(onlySession());

            assertThat(client.call(), startsWith("failed: "));

            assertThat(calls(client).toList(), everyItem(is("served")));
            assertThat(redis.living(), is(1L));
        }
    }
}
