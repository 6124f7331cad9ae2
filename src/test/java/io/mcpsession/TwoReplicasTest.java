package io.mcpsession;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** Any replica serves any request: nothing that must survive lives in one of them. */
class TwoReplicasTest {

    private static final int ROUNDS = 200;

    private static EmbeddedRedis redis;
    private static TestServer a;
    private static TestServer b;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        a = TestServer.on(redis.address(), Map.of("mcp.replica", "a"));
        b = TestServer.on(redis.address(), Map.of("mcp.replica", "b"));
    }

    @AfterAll
    static void stop() {
        a.close();
        b.close();
        redis.close();
    }

    @Test
    void whatOneOpensTheOtherServesAndWhatOneDeletesTheOtherRefusesAtOnce() {
        List<String> wrong = IntStream.range(0, ROUNDS).mapToObj(TwoReplicasTest::round).flatMap(Optional::stream)
                .toList();

        assertThat(wrong, is(empty()));
    }

    /** What went wrong, if anything. */
    private static Optional<String> round(int number) {
        String id = a.alice().call("initialize").session();
        Answer used = b.alice().in(id).call("ping");
        if (used.status() != 200 || !used.session().equals(id)) {
            return Optional.of(number + ": not served by the other: " + used);
        }
        Answer deleted = a.alice().in(id).delete();
        if (deleted.status() != 204) {
            return Optional.of(number + ": not deleted: " + deleted);
        }
        Answer refused = b.alice().in(id).call("ping");
        return refused.status() == 404 ? Optional.empty() : Optional.of(number + ": not refused: " + refused);
    }

    @Test
    void notesWrittenThroughOneAreReadThroughTheOther() {
        McpClient session = a.alice().initialized();
        McpClient there = b.alice().in(session.header("Mcp-Session-Id"));

        session.tool("note_set", "name", "n", "text", "from a");

        assertThat(there.tool("note_get", "name", "n").text(), is("from a"));
        there.tool("note_delete", "name", "n");
        assertThat(session.tool("note_list").text(), is("{\"notes\":[]}"));
    }

    @Test
    void sessionInfoTellsWhichReplicaAnswers() {
        McpClient session = a.alice().initialized();

        Set<String> replicas = List.of(session, b.alice().in(session.header("Mcp-Session-Id"))).stream()
                .map(client -> client.tool("session_info").result().getJsonObject("structuredContent"))
                .map(info -> info.getString("replica"))
                .collect(Collectors.toSet());

        assertThat(replicas, is(Set.of("a", "b")));
    }

    @Test
    void replicasOfAnotherDeploymentOnTheSameRedisShareNothing() {
        String id = a.alice().call("initialize").session();

        try (TestServer other = TestServer.on(redis.address(), Map.of("mcp.store.redis.key-prefix", "other"))) {
            assertThat(other.alice().in(id).call("ping").session(), is(not(id)));
        }
        assertThat(a.alice().in(id).call("ping").session(), is(id));
    }
}
