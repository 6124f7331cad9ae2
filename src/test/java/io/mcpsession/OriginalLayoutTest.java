package io.mcpsession;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

/** Layout hash from end to end: beside a process of the original system, which keeps sessions with HSET and EXPIRE. */
class OriginalLayoutTest {

    private static EmbeddedRedis server;
    private static PlainRedis redis;
    private static TestServer compat;
    private static TestServer strict;
    private static TestServer robust;

    @BeforeAll
    static void start() {
        server = EmbeddedRedis.start();
        redis = new PlainRedis(server.address());
        compat = replica("compat");
        strict = replica("strict");
        robust = replica("robust");
    }

    private static TestServer replica(String policy) {
        return TestServer.on(server.address(), Map.of("mcp.session.layout", "hash", "mcp.session.policy", policy));
    }

    @AfterAll
    static void stop() {
        compat.close();
        strict.close();
        robust.close();
        redis.close();
        server.close();
    }

    /** A session that the other process has opened. */
    private static String original(String user) {
        String id = "mcp-" + System.currentTimeMillis() + "-" + UUID.randomUUID().toString().substring(0, 9);
        String now = Long.toString(System.currentTimeMillis());
        redis.call("HSET", "mcp:session:" + id, "userId", user, "created", now, "lastActivity", now);
        redis.call("EXPIRE", "mcp:session:" + id, "600");
        return id;
    }

    private static long ttl(String id) {
        return Long.parseLong(redis.call("TTL", "mcp:session:" + id).orElseThrow());
    }

    @Test
    void aSessionIsOneHashWithATtlOfItsOwn() {
        String id = compat.alice().call("initialize").session();

        assertThat(redis.call("HGET", "mcp:session:" + id, "userId"), is(Optional.of("alice")));
        assertThat(redis.call("HGET", "mcp:session:" + id, "created"), is(Optional.of(id.substring(4, 17))));
        assertThat(ttl(id), is(allOf(greaterThan(595L), lessThanOrEqualTo(600L))));
        assertThat(compat.alice().in(id).call("ping").session(), is(id));
    }

    @Test
    void aSessionOfTheOtherProcessGoesOnHere() {
        String id = original("alice");
        McpClient session = strict.alice().in(id);

        assertThat(session.tool("note_set", "name", "n", "text", "kept").status(), is(200));

        Answer answer = session.tool("note_get", "name", "n");
        assertThat(answer.text(), is("kept"));
        assertThat(answer.session(), is(id));
    }

    @Test
    void aSessionOfTheOtherProcessIsExtendedByItsOwnerAndNobodyElse() {
        String id = original("alice");
        redis.call("EXPIRE", "mcp:session:" + id, "100");

        Answer foreign = strict.bob().in(id).call("ping");
        Answer none = strict.bob().in("mcp-1700000000000-abc123xyz").call("ping");
        assertThat(foreign.status(), is(404));
        assertThat(foreign.body(), is(none.body()));
        assertThat(ttl(id), is(lessThanOrEqualTo(100L)));

        assertThat(strict.alice().in(id).call("ping").status(), is(200));
        assertThat(ttl(id), is(greaterThan(595L)));
    }

    @Test
    void aForeignSessionOfTheOtherProcessIsRenewedWhereThatIsTheRule() {
        String id = original("alice");

        String his = compat.bob().in(id).call("ping").session();

        assertThat(his, is(not(id)));
        assertThat(compat.bob().in(id).call("ping").session(), is(his));
        assertThat(redis.call("HGET", "mcp:session:" + id, "userId"), is(Optional.of("alice")));
    }

    @Test
    void aDeadIdOfTheOtherProcessProvesNothingAndIsNeverRevived() {
        assertThat(robust.alice().in("mcp-1700000000000-abc123xyz").call("ping").status(), is(404));

        Answer renewed = compat.alice().in("mcp-1700000000000-abc123xyz").call("ping");
        assertThat(renewed.status(), is(200));
        assertThat(compat.alice().in("mcp-1700000000000-abc123xyz").call("ping").session(), is(renewed.session()));
        assertThat(redis.call("EXISTS", "mcp:session:mcp-1700000000000-abc123xyz"), is(Optional.of("0")));
    }

    @Test
    void aDeletedSessionOfTheOtherProcessIsGoneUnderEveryPolicy() {
        String id = original("alice");

        assertThat(compat.alice().in(id).delete().status(), is(204));

        assertThat(redis.call("EXISTS", "mcp:session:" + id), is(Optional.of("0")));
        for (TestServer replica : new TestServer[] {compat, strict, robust}) {
            assertThat(replica.alice().in(id).call("ping").status(), is(404));
        }
    }

    @Test
    void anExpiredSessionIsRevivedWhereThatIsTheRule() {
        String id = robust.alice().call("initialize").session();
        redis.call("DEL", "mcp:session:" + id);

        assertThat(robust.alice().in(id).call("ping").session(), is(id));

        assertThat(ttl(id), is(greaterThan(595L)));
        assertThat(redis.call("HGET", "mcp:session:" + id, "userId"), is(Optional.of("alice")));
    }
}
