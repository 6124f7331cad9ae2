package io.mcpsession.http;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** ChatGPT as it was seen: one session for each call, or calls without an id, and the conversation in {@code _meta}. */
class ConversationTest {

    private static EmbeddedRedis server;
    private static PlainRedis redis;
    private static TestServer compat;
    private static TestServer robust;

    /** As ChatGPT names it; each test has its own. */
    private final String conversation = "v1/" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        server = EmbeddedRedis.start();
        redis = new PlainRedis(server.address());
        compat = TestServer.on(server.address());
        robust = TestServer.on(server.address(), Map.of("mcp.session.policy", "robust"));
    }

    @AfterAll
    static void stop() {
        compat.close();
        robust.close();
        redis.close();
        server.close();
    }

    static List<TestServer> replicas() {
        return List.of(compat, robust);
    }

    private JsonObject tool(String name, String... arguments) {
        JsonObjectBuilder object = Json.createObjectBuilder();
        for (int i = 0; i < arguments.length; i += 2) {
            object.add(arguments[i], arguments[i + 1]);
        }
        return Json.createObjectBuilder().add("name", name).add("arguments", object)
                .add("_meta", Json.createObjectBuilder().add("openai/session", conversation)
                        .add("openai/userAgent", "ChatGPT/1.2026")).build();
    }

    private Answer call(McpClient client, String name, String... arguments) {
        Answer answer = client.call("tools/call", tool(name, arguments));
        assertThat(answer.toString(), answer.status(), is(200));
        return answer;
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("replicas")
    void aSessionForEachCallComesToOneSessionForTheConversation(TestServer replica) {
        long before = redis.living();
        for (int i = 0; i < 10; i++) {
            Answer opened = replica.alice().call("initialize");
            assertThat(opened.status(), is(200));
            McpClient client = replica.alice().in(opened.session());
            assertThat(client.notify("notifications/initialized").status(), is(202));

            call(client, "note_set", "name", "n" + i, "text", "kept");
        }

        assertThat(redis.living() - before, is(1L));
        Answer list = call(replica.alice(), "note_list");
        for (int i = 0; i < 10; i++) {
            assertThat(list.text().contains("\"n" + i + "\""), is(true));
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("replicas")
    void callsWithoutAnIdComeToOneSessionForTheConversation(TestServer replica) {
        long before = redis.living();
        Set<String> told = new HashSet<>();
        call(replica.alice(), "note_set", "name", "n", "text", "kept");

        for (int i = 0; i < 20; i++) {
            Answer answer = call(replica.alice(), "note_get", "name", "n");
            assertThat(answer.text(), is("kept"));
            told.add(answer.session());
        }

        assertThat(told, hasSize(1));
        assertThat(redis.living() - before, is(1L));
    }

    @Test
    void idsThatThisServerNeverIssuedComeToTheSessionOfTheConversation() {
        call(compat.alice(), "note_set", "name", "n", "text", "kept");
        long before = redis.living();

        for (int i = 0; i < 20; i++) {
            McpClient client = compat.alice().in(UUID.randomUUID().toString());
            assertThat(call(client, "note_get", "name", "n").text(), is("kept"));
        }

        assertThat(redis.living(), is(before));
    }

    @Test
    void anExpiredIdIsServedInTheSessionOfTheConversation() {
        call(robust.alice(), "note_set", "name", "n", "text", "kept");
        String id = robust.alice().call("initialize").session();
        redis.expire(id);

        assertThat(call(robust.alice().in(id), "note_get", "name", "n").text(), is("kept"));
    }

    @Test
    void theSameConversationOfAnotherUserIsAnotherSession() {
        call(compat.alice(), "note_set", "name", "n", "text", "hers");

        assertThat(call(compat.bob(), "note_list").text(), is("{\"notes\":[]}"));
        call(compat.bob(), "note_set", "name", "n", "text", "his");

        assertThat(call(compat.alice(), "note_get", "name", "n").text(), is("hers"));
    }

    @Test
    void anotherConversationOfTheSameUserIsAnotherSession() {
        call(compat.alice(), "note_set", "name", "n", "text", "first");

        Answer other = new ConversationTest().call(compat.alice(), "note_list");

        assertThat(other.text(), is("{\"notes\":[]}"));
    }

    @Test
    void aSessionWithNotesOfItsOwnIsNotMergedIntoAConversation() {
        call(compat.alice(), "note_set", "name", "n", "text", "of the conversation");
        McpClient own = compat.alice().initialized();
        own.tool("note_set", "name", "n", "text", "of the session");

        Answer answer = call(own, "note_get", "name", "n");

        assertThat(answer.text(), is("of the session"));
        assertThat(answer.session(), is(own.header("Mcp-Session-Id")));
    }

    @Test
    void aConversationWhoseSessionWasDeletedBeginsAnewWithoutAnError() {
        String id = call(compat.alice(), "note_set", "name", "n", "text", "kept").session();
        assertThat(compat.alice().in(id).delete().status(), is(204));

        Answer anew = call(compat.alice(), "note_list");

        assertThat(anew.text(), is("{\"notes\":[]}"));
        assertThat(anew.session(), is(not(id)));
        assertThat(compat.alice().in(id).call("tools/call", tool("note_list")).status(), is(404));
    }

    @Test
    void conversationsAreNotHeededWhereTheyAreSwitchedOff() {
        try (TestServer deaf = TestServer.on(server.address(), Map.of("mcp.session.conversation", "false"))) {
            call(deaf.alice(), "note_set", "name", "n", "text", "kept");

            assertThat(call(deaf.alice(), "note_list").text(), is("{\"notes\":[]}"));
        }
    }
}
