package io.mcpsession.http;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.RevokeUserSessionsRequest;
import io.mcpsession.v1.SessionServiceGrpc;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.http.Cell.params;
import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** A client whose session is over while it is at one replica, and goes on in another session at another replica. */
@Timeout(120)
class RenewedClientTest {

    private static final String WATCHED = "test://watched-resource";
    private static final String ASKING = "test_input_required_result_elicitation";

    private final EmbeddedRedis server = EmbeddedRedis.start();
    private final PlainRedis redis = new PlainRedis(server.address());
    private final List<FixtureServer> replicas = new ArrayList<>();
    private String layout;

    @AfterEach
    void stop() {
        replicas.forEach(FixtureServer::close);
        redis.close();
        server.close();
    }

    static Stream<Arguments> all() {
        return Stream.of("map-cache", "hash").flatMap(layout -> Stream.of("compat", "robust").flatMap(policy ->
                Stream.of("2025-03-26", "2025-06-18", "2025-11-25")
                        .map(revision -> Arguments.of(layout, policy, revision))));
    }

    private FixtureServer replica(String layout, String policy) {
        this.layout = layout;
        FixtureServer replica = FixtureServer.on(server.address(), "mcp.session.layout", layout, "mcp.session.policy", policy);
        replicas.add(replica);
        return replica;
    }

    private static McpClient speaking(McpClient client, String revision) {
        return client.with("MCP-Protocol-Version", revision);
    }

    /** As a client says it that can be asked to fill in forms. */
    private static String opened(McpClient client, String revision) {
        Answer answer = client.call("initialize", json("{\"protocolVersion\":\"" + revision + "\",\"clientInfo\":{\"name\":"
                + "\"watcher\",\"version\":\"7\"},\"capabilities\":{\"elicitation\":{}}}"));
        assertThat(answer.status(), is(200));
        return answer.session();
    }

    private void expire(String id) {
        if (layout.equals("hash")) {
            redis.call("PEXPIRE", "mcp:session:" + id, "1");
            eventually(() -> redis.call("EXISTS", "mcp:session:" + id).orElseThrow(), is("0"));
        } else {
            redis.expire(id);
        }
    }

    private static JsonObject json(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    private static void assertAsked(McpClient client) {
        try (EventSource stream = EventSource.post(client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                + "{\"name\":\"" + ASKING + "\"}}")) {
            JsonObject question = stream.message().json();
            assertThat(question.getString("method"), is("elicitation/create"));
            client.post("{\"jsonrpc\":\"2.0\",\"id\":" + question.get("id") + ",\"result\":{\"action\":\"accept\","
                    + "\"content\":{\"name\":\"Alice\"}}}");
            assertThat(stream.message().json().toString(), containsString("Hello, Alice!"));
        }
    }

    private static void assertNotAsked(McpClient client) {
        Answer answer = client.tool(ASKING);
        assertThat(answer.isToolError(), is(true));
        assertThat(answer.text(), containsString("did not declare the capability elicitation"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void isAskedAndToldAsBefore(String layout, String policy, String revision) {
        McpClient there = replica(layout, policy).alice();
        String old = opened(there, revision);
        assertThat(there.in(old).call("resources/subscribe", params("uri", WATCHED)).status(), is(200));
        assertThat(there.in(old).call("logging/setLevel", params("level", "error")).status(), is(200));
        expire(old);

        McpClient here = speaking(replica(layout, policy).alice(), revision).in(old);

        assertAsked(here);
        String id = here.call("ping").session();
        assertThat(id.equals(old), is(policy.equals("robust")));
        // It logs three lines of level info, which would come as a stream.
        assertThat(here.tool("test_tool_with_logging").text(), is("Tool with logging executed successfully"));
        try (EventSource stream = EventSource.get(there.in(id))) {
            here.tool("test_trigger_resource_update");
            here.tool("test_trigger_prompt_change");
            assertThat(stream.message().json().getString("method"), is("notifications/resources/updated"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"map-cache", "hash"})
    void hearsOfItsResourcesOnlyUntilItNoLongerWantsTo(String layout) {
        McpClient there = replica(layout, "compat").alice();
        String old = opened(there, "2025-11-25");
        there.in(old).call("resources/subscribe", params("uri", WATCHED));
        expire(old);
        McpClient here = replica(layout, "compat").alice().in(old);
        assertThat(here.call("resources/unsubscribe", params("uri", WATCHED)).status(), is(200));
        String id = here.call("ping").session();
        expire(id);

        try (EventSource stream = EventSource.get(there.in(here.call("ping").session()))) {
            here.tool("test_trigger_resource_update");
            here.tool("test_trigger_prompt_change");
            assertThat(stream.message().json().getString("method"), is("notifications/prompts/list_changed"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"map-cache", "hash"})
    void somebodyElseWhoSendsItsIdIsNotAskedAndHearsNothing(String layout) {
        McpClient there = replica(layout, "compat").alice();
        String old = opened(there, "2025-11-25");
        there.in(old).call("resources/subscribe", params("uri", WATCHED));
        expire(old);
        FixtureServer here = replica(layout, "compat");
        McpClient bob = here.bob().in(old);

        assertNotAsked(bob);
        String his = bob.call("ping").session();
        assertThat(his, is(not(old)));
        try (EventSource stream = EventSource.get(here.bob().in(his))) {
            bob.tool("test_trigger_resource_update");
            bob.tool("test_trigger_prompt_change");
            assertThat(stream.message().json().getString("method"), is("notifications/prompts/list_changed"));
        }
        assertAsked(here.alice().in(old));
    }

    @ParameterizedTest
    @ValueSource(strings = {"map-cache", "hash"})
    void isUnknownWhereItEndedTheSessionThatTookThePlace(String layout) {
        McpClient there = replica(layout, "compat").alice();
        String old = opened(there, "2025-11-25");
        expire(old);
        McpClient here = replica(layout, "compat").alice();
        String renewed = here.in(old).call("ping").session();
        assertThat(there.in(renewed).delete().status(), is(204));
        assertThat(here.in(renewed).call("ping").status(), is(404));
        assertThat(here.in(old).call("ping").status(), is(404));

        forgetPlaces();

        assertThat(here.in(renewed).call("ping").status(), is(404));
        assertNotAsked(here.in(old));
    }

    /** The idle time passes for what stands for the session of another id. */
    private void forgetPlaces() {
        redis.call("EVAL", "for _, key in ipairs(redis.call('KEYS', 'mcp:at:*')) do redis.call('DEL', key) end return 1", "0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"map-cache", "hash"})
    void isUnknownAfterAllSessionsOfItsUserWereRevoked(String layout) {
        McpClient there = replica(layout, "compat").alice();
        String expired = opened(there, "2025-11-25");
        String living = opened(there, "2025-11-25");
        expire(expired);
        FixtureServer here = replica(layout, "compat");

        revokeAll(here);

        assertThat(here.alice().in(living).call("ping").status(), is(404));
        assertNotAsked(here.alice().in(expired));
    }

    private static void revokeAll(FixtureServer replica) {
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", replica.internalPort()).usePlaintext().build();
        try {
            SessionServiceGrpc.newBlockingStub(channel).revokeUserSessions(RevokeUserSessionsRequest.newBuilder()
                    .setOwner(Principal.newBuilder().setSubject("alice")).setReason("laptop stolen").build());
        } finally {
            channel.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"map-cache", "hash"})
    void leavesTheStreamOfTheOldSessionForThatOfTheNew(String layout) {
        McpClient there = replica(layout, "compat").alice();
        String old = opened(there, "2025-11-25");
        try (EventSource stream = EventSource.get(there.in(old))) {
            stream.next();
            expire(old);

            replica(layout, "compat").alice().in(old).call("ping");

            assertThat(stream.next().isPresent(), is(false));
        }
    }
}
