package io.mcpsession.http;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

/** State in the revision that knows no sessions: by conversation, or by a handle. No session id is ever sent. */
class StatelessStateTest {

    private static final String VERSION = "2026-07-28";
    private static final Pattern HANDLE = Pattern.compile("handle is (mcp-\\d{13}-[A-Za-z0-9_-]{40}):");

    private static EmbeddedRedis server;
    private static PlainRedis redis;
    private static TestServer replica;

    @BeforeAll
    static void start() {
        server = EmbeddedRedis.start();
        redis = new PlainRedis(server.address());
        replica = TestServer.on(server.address());
    }

    @AfterAll
    static void stop() {
        replica.close();
        redis.close();
        server.close();
    }

    private static Answer call(McpClient client, Optional<String> conversation, String tool, String... arguments) {
        JsonObjectBuilder meta = Json.createObjectBuilder()
                .add("io.modelcontextprotocol/protocolVersion", VERSION)
                .add("io.modelcontextprotocol/clientInfo", Json.createObjectBuilder()
                        .add("name", "openai-mcp").add("version", "1.0.0"))
                .add("io.modelcontextprotocol/clientCapabilities", JsonValue.EMPTY_JSON_OBJECT);
        conversation.ifPresent(name -> meta.add("openai/session", name));
        JsonObjectBuilder given = Json.createObjectBuilder();
        for (int i = 0; i < arguments.length; i += 2) {
            given.add(arguments[i], arguments[i + 1]);
        }
        JsonObject params = Json.createObjectBuilder().add("name", tool).add("arguments", given).add("_meta", meta)
                .build();
        Answer answer = client.with("MCP-Protocol-Version", VERSION, "Mcp-Method", "tools/call", "Mcp-Name", tool)
                .call("tools/call", params);
        assertThat(answer.toString(), answer.status(), is(200));
        assertThat(answer.header("mcp-session-id").isPresent(), is(false));
        return answer;
    }

    private static Answer call(McpClient client, String tool, String... arguments) {
        return call(client, Optional.empty(), tool, arguments);
    }

    private static String handleIn(Answer answer) {
        Matcher matcher = HANDLE.matcher(answer.text());
        assertThat(answer.text(), matcher.find(), is(true));
        return matcher.group(1);
    }

    private static void assertThatTheModelIsToldWhatToDo(Answer answer) {
        assertThat(answer.isToolError(), is(true));
        assertThat(answer.text(), containsString("Call note_set without a handle to begin anew."));
    }

    @Test
    void callsOfOneConversationShareASession() {
        Optional<String> conversation = Optional.of("v1/" + UUID.randomUUID());
        long before = redis.living();
        call(replica.alice(), conversation, "note_set", "name", "n", "text", "kept");

        for (int i = 0; i < 20; i++) {
            assertThat(call(replica.alice(), conversation, "note_get", "name", "n").text(), is("kept"));
        }

        assertThat(redis.living() - before, is(1L));
        assertThat(call(replica.bob(), conversation, "note_list").text(), is("{\"notes\":[]}"));
    }

    @Test
    void aClientThatChangesTheRevisionFindsItsConversationAgain() {
        String conversation = "v1/" + UUID.randomUUID();
        call(replica.alice(), Optional.of(conversation), "note_set", "name", "n", "text", "kept");

        Answer answer = replica.alice().call("tools/call", Json.createObjectBuilder().add("name", "note_get")
                .add("arguments", Json.createObjectBuilder().add("name", "n"))
                .add("_meta", Json.createObjectBuilder().add("openai/session", conversation)).build());

        assertThat(answer.text(), is("kept"));
    }

    @Test
    void aCallWithoutAConversationGetsAHandleForWhatItStored() {
        String handle = handleIn(call(replica.alice(), "note_set", "name", "n", "text", "kept"));

        assertThat(call(replica.alice(), "note_get", "name", "n", "handle", handle).text(), is("kept"));
        Answer more = call(replica.alice(), "note_set", "name", "m", "text", "too", "handle", handle);
        assertThat(HANDLE.matcher(more.text()).find(), is(false));
        assertThat(call(replica.alice(), "note_list", "handle", handle).text(),
                is("{\"notes\":[{\"name\":\"m\",\"bytes\":3},{\"name\":\"n\",\"bytes\":4}]}"));
    }

    @Test
    void whoHasStoredNothingIsToldHowToBegin() {
        long before = redis.living();

        Answer answer = call(replica.alice(), "note_get", "name", "n");

        assertThat(answer.isToolError(), is(true));
        assertThat(answer.text(), containsString("Call note_set first; it gives a handle"));
        assertThat(redis.living(), is(before));
    }

    @Test
    void aHandleOfAnotherUserIsStaleAndNotExtended() {
        String hers = handleIn(call(replica.alice(), "note_set", "name", "n", "text", "kept"));
        long expires = redis.expires(hers);

        assertThatTheModelIsToldWhatToDo(call(replica.bob(), "note_get", "name", "n", "handle", hers));
        assertThatTheModelIsToldWhatToDo(call(replica.bob(), "note_set", "name", "n", "text", "x", "handle", hers));

        assertThat(redis.expires(hers), is(expires));
        assertThat(call(replica.alice(), "note_get", "name", "n", "handle", hers).text(), is("kept"));
    }

    @Test
    void anExpiredHandleIsStale() {
        String handle = handleIn(call(replica.alice(), "note_set", "name", "n", "text", "kept"));
        redis.expire(handle);

        assertThatTheModelIsToldWhatToDo(call(replica.alice(), "note_get", "name", "n", "handle", handle));
        assertThatTheModelIsToldWhatToDo(call(replica.alice(), "note_set", "name", "n", "text", "x", "handle", handle));
    }

    @Test
    void anEndedHandleIsStale() {
        String handle = handleIn(call(replica.alice(), "note_set", "name", "n", "text", "kept"));
        // The same record behind another door: the session era may end it.
        assertThat(replica.alice().in(handle).delete().status(), is(204));

        assertThatTheModelIsToldWhatToDo(call(replica.alice(), "note_get", "name", "n", "handle", handle));
    }

    @Test
    void aHandleThatWasNeverGivenIsStale() {
        assertThatTheModelIsToldWhatToDo(call(replica.alice(), "note_get", "name", "n", "handle", "made-up"));
    }
}
