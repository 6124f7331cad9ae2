package io.mcpsession;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.Eventually;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

/** The tests of the document this server replaces, in its order: what its users rely on. */
class OriginalCurlTest {

    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}";
    private static final String TOOLS_LIST = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}";

    private static EmbeddedRedis server;
    private static PlainRedis redis;
    private static TestServer replica;
    private static McpClient alice;

    @BeforeAll
    static void start() {
        server = EmbeddedRedis.start();
        redis = new PlainRedis(server.address());
        replica = TestServer.on(server.address());
        alice = replica.alice();
    }

    @AfterAll
    static void stop() {
        replica.close();
        redis.close();
        server.close();
    }

    @Test
    void initializeCreatesASession() {
        Answer answer = alice.post(INITIALIZE);

        assertThat(answer.status(), is(200));
        assertThat(answer.header("mcp-session-id").isPresent(), is(true));
    }

    @Test
    void theSessionContinuesUnderItsId() {
        String id = alice.post(INITIALIZE).session();

        Answer answer = alice.in(id).post(TOOLS_LIST);

        assertThat(answer.status(), is(200));
        assertThat(answer.result().getJsonArray("tools").isEmpty(), is(false));
        assertThat(answer.session(), is(id));
    }

    @Test
    void theSessionIsVisibleInRedis() {
        String id = alice.post(INITIALIZE).session();

        String map = "mcp:session:{" + redis.partitionOf(id) + "}";
        RedissonClient other = redisson();
        try {
            String record = other.<String, String>getMapCache(map, StringCodec.INSTANCE).get(id);
            JsonObject json = Json.createReader(new StringReader(record)).readObject();
            assertThat(json.getString("id"), is(id));
            assertThat(json.getString("subject"), is("alice"));
            assertThat(other.getMapCache(map, StringCodec.INSTANCE).remainTimeToLive(id),
                    is(allOf(greaterThan(590_000L), lessThanOrEqualTo(600_000L))));
        } finally {
            other.shutdown();
        }
    }

    @Test
    void aRequestSetsTheTimeToLiveBackTo600Seconds() {
        String id = alice.post(INITIALIZE).session();
        redis.age(id, 300_000);
        assertThat(redis.ttl(id), is(lessThanOrEqualTo(300_000L)));

        alice.in(id).post(TOOLS_LIST);

        assertThat(redis.ttl(id), is(allOf(greaterThan(595_000L), lessThanOrEqualTo(600_000L))));
    }

    @Test
    void aNotificationCountsAsARequest() {
        String id = alice.post(INITIALIZE).session();
        redis.age(id, 300_000);

        alice.in(id).notify("notifications/initialized");

        assertThat(redis.ttl(id), is(greaterThan(595_000L)));
    }

    @Test
    void anExpiredIdGetsANewOneAndIsServed() {
        try (TestServer brief = TestServer.on(server.address(), Map.of("mcp.session.idle-ttl", "1s"))) {
            String id = brief.alice().post(INITIALIZE).session();
            // The reclaimer takes it out of the map once it has expired.
            Eventually.eventually(() -> redis.call("HEXISTS", mapOf(id), id), is(Optional.of("0")));

            Answer answer = brief.alice().in(id).post(TOOLS_LIST);

            assertThatANewSessionServed(answer, id);
        }
    }

    @Test
    void anIdThatExpiredThisMomentGetsANewOneAndIsServed() {
        String id = alice.post(INITIALIZE).session();
        redis.age(id, 600_001);

        assertThatANewSessionServed(alice.in(id).post(TOOLS_LIST), id);
    }

    @Test
    void theAbsoluteLifetimeIsNeverExtended() {
        try (TestServer brief = TestServer.on(server.address(),
                Map.of("mcp.session.idle-ttl", "30s", "mcp.session.absolute-lifetime", "30s"))) {
            String id = brief.alice().post(INITIALIZE).session();
            long deadline = redis.expires(id);
            redis.age(id, 20_000);

            brief.alice().in(id).post(TOOLS_LIST);

            assertThat(redis.expires(id), is(deadline));
        }
    }

    @Test
    void anotherUsersIdGetsANewOneAndLeavesTheirsAloneAndAlive() {
        String hers = alice.post(INITIALIZE).session();
        redis.age(hers, 100_000);
        long expires = redis.expires(hers);

        Answer answer = replica.bob().in(hers).post(TOOLS_LIST);

        assertThatANewSessionServed(answer, hers);
        assertThat(redis.expires(hers), is(expires));
        assertThat(redis.ttl(hers), is(lessThan(500_001L)));
        assertThat(alice.in(hers).post(TOOLS_LIST).session(), is(hers));
    }

    private static void assertThatANewSessionServed(Answer answer, String oldId) {
        assertThat(answer.status(), is(200));
        assertThat(answer.session(), is(not(oldId)));
        assertThat(answer.result().getJsonArray("tools"), is(not(JsonValue.EMPTY_JSON_ARRAY)));
        assertThat(redis.ttl(answer.session()), is(greaterThan(0L)));
    }

    private static String mapOf(String id) {
        // All sessions of one user live in one map.
        return "mcp:session:{" + redis.partitionOf(alice.post(INITIALIZE).session()) + "}";
    }

    private static RedissonClient redisson() {
        Config config = new Config();
        config.useSingleServer().setAddress(server.address().toString()).setConnectionMinimumIdleSize(1)
                .setConnectionPoolSize(1).setSubscriptionConnectionMinimumIdleSize(1);
        config.setNettyThreads(1);
        config.setThreads(1);
        return Redisson.create(config);
    }
}
