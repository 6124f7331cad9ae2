package io.mcpsession.http;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

/** What the endpoint does with requests that make sense, as far as no tool is involved. */
class McpEndpointTest {

    private static final String ID_SHAPE = "mcp-\\d{13}-[A-Za-z0-9_-]{40}";
    private static final JsonObject EMPTY = JsonValue.EMPTY_JSON_OBJECT;

    private static TestServer server;
    private static McpClient alice;
    private static McpClient bob;

    @BeforeAll
    static void start() {
        server = TestServer.embedded();
        alice = server.alice();
        bob = server.bob();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void anInitializeWithNeitherParamsNorAcceptOpensASession() {
        Answer answer = alice.post("""
                {"jsonrpc":"2.0","id":1,"method":"initialize"}""");

        assertThat(answer.status(), is(200));
        assertThat(answer.session(), matchesPattern(ID_SHAPE));
        assertThat(answer.header("content-type").orElseThrow(), is("application/json"));
        assertThat(answer.header("cache-control").orElseThrow(), is("no-store"));
        assertThat(answer.result().getString("protocolVersion"), is("2025-11-25"));
        assertThat(answer.result().getJsonObject("capabilities"),
                is(Json.createObjectBuilder().add("tools", Json.createObjectBuilder().add("listChanged", true))
                        .add("logging", EMPTY).build()));
        assertThat(answer.result().getJsonObject("serverInfo").getString("name"), is("mcp-session-server"));
        assertThat(answer.result().getString("instructions"), is(not(emptyString())));
    }

    @ParameterizedTest
    @CsvSource({"2025-03-26,2025-03-26", "2025-06-18,2025-06-18", "2025-11-25,2025-11-25", "2024-11-05,2025-11-25",
            "2026-07-28,2025-11-25", "tomorrow,2025-11-25"})
    void aSupportedVersionIsGrantedAndAnyOtherNegotiatedToTheNewest(String requested, String granted) {
        Answer answer = alice.call("initialize", Json.createObjectBuilder().add("protocolVersion", requested).build());

        assertThat(answer.status(), is(200));
        assertThat(answer.result().getString("protocolVersion"), is(granted));
        JsonObject info = alice.in(answer.session()).tool("session_info").result().getJsonObject("structuredContent");
        assertThat(info.getString("protocol_version"), is(granted));
    }

    @Test
    void anInitializeWithALiveIdOpensAnotherSession() {
        String first = alice.call("initialize").session();

        String second = alice.in(first).call("initialize").session();

        assertThat(second, is(not(first)));
        assertThat(alice.in(first).call("ping").session(), is(first));
    }

    @Test
    void theClientOfTheInitializeIsRemembered() {
        Answer opened = alice.call("initialize", Json.createObjectBuilder()
                .add("clientInfo", Json.createObjectBuilder().add("name", "probe").add("version", "1.2")).build());

        JsonObject info = alice.in(opened.session()).tool("session_info").result().getJsonObject("structuredContent");

        assertThat(info.getString("client"), is("probe 1.2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"""
            {"protocolVersion":7,"capabilities":[],"clientInfo":"me"}""", """
            {"clientInfo":{"name":{},"version":[]}}""", """
            {"protocolVersion":null,"capabilities":null,"clientInfo":null}"""})
    void oddInitializeParamsCountAsMissing(String params) {
        Answer answer = alice.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":" + params + "}");

        assertThat(answer.status(), is(200));
        assertThat(answer.result().getString("protocolVersion"), is("2025-11-25"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"notifications/initialized", "notifications/cancelled", "notifications/of-tomorrow"})
    void aNotificationIsAcceptedWithoutABody(String method) {
        Answer answer = alice.initialized().notify(method);

        assertThat(answer.status(), is(202));
        assertThat(answer.body(), is(emptyString()));
        assertThat(answer.header("mcp-session-id").isPresent(), is(false));
    }

    @Test
    void aResponseIsAcceptedWithoutABody() {
        Answer answer = alice.initialized().post("""
                {"jsonrpc":"2.0","id":7,"result":{}}""");

        assertThat(answer.status(), is(202));
        assertThat(answer.body(), is(emptyString()));
    }

    @Test
    void pingIsAnsweredWithAnEmptyResult() {
        McpClient session = alice.initialized();

        Answer answer = session.call("ping");

        assertThat(answer.status(), is(200));
        assertThat(answer.json(), is(Json.createObjectBuilder().add("jsonrpc", "2.0").add("id", 1)
                .add("result", EMPTY).build()));
        assertThat(answer.session(), is(idOf(session)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0", "-1", "\"1\"", "\"\"", "9007199254740993", "123456789012345678901234567890",
            "\"\\u00e4\\\"\\\\\\n\""})
    void anIdIsEchoedAsItCame(String id) {
        Answer answer = alice.initialized().post("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"ping\"}");

        assertThat(answer.json().get("id"), is(Json.createReader(new java.io.StringReader(id)).readValue()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8", "Application/JSON"})
    void jsonMayBeAnnouncedInAnySpelling(String contentType) {
        Answer answer = alice.with("Content-Type", contentType).send("POST",
                java.net.http.HttpRequest.BodyPublishers.ofString("""
                        {"jsonrpc":"2.0","id":1,"method":"ping"}"""));

        assertThat(answer.status(), is(200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json, text/event-stream", "application/json", "*/*", "application/*"})
    void theAnswerOfACallThatSendsNothingElseIsJson(String accept) {
        Answer answer = alice.with("Accept", accept).call("ping");

        assertThat(answer.status(), is(200));
        assertThat(answer.header("content-type").orElseThrow(), is("application/json"));
    }

    @Test
    void anUnknownMethodIsTold() {
        Answer answer = alice.initialized().call("tasks/list");

        assertThat(answer.status(), is(200));
        assertThat(answer.errorCode(), is(-32601));
        assertThat(answer.json().getInt("id"), is(1));
        assertThat(answer.errorMessage(), is("Method not found: tasks/list"));
    }

    @Test
    void aDeletedSessionIsGoneForGood() {
        McpClient session = alice.initialized();

        assertThat(session.delete().status(), is(204));

        assertThat(session.delete().status(), is(404));
        Answer call = session.call("ping");
        assertThat(call.status(), is(404));
        assertThat(call.errorCode(), is(-32001));
        assertThat(call.json().getInt("id"), is(1));
        assertThat(call.header("mcp-session-id").isPresent(), is(false));
        Answer notification = session.notify("notifications/initialized");
        assertThat(notification.status(), is(404));
        assertThat(notification.json().containsKey("id"), is(false));
    }

    @Test
    void deleteNeedsAnId() {
        assertThat(alice.delete().status(), is(400));
    }

    @Test
    void deleteDoesNotTellAnotherUsersSessionFromNone() {
        McpClient session = alice.initialized();
        String id = idOf(session);

        Answer foreign = bob.in(id).delete();
        Answer none = bob.in(unknown()).delete();

        assertThat(foreign.status(), is(404));
        assertThat(foreign.body(), is(none.body()));
        assertThat(session.call("ping").session(), is(id));
    }

    @Test
    void aCallWithoutAnIdIsServedInANewSession() {
        assertThatANewSessionServes(alice);
    }

    @Test
    void aCallWithAnUnknownIdIsServedInANewSession() {
        assertThatANewSessionServes(alice.in(unknown()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "mcp-1", "550e8400-e29b-41d4-a716-446655440000", "mcp:session:{0}", "*", "!~",
            "../../etc/passwd", "\"quoted\"", "${jndi:ldap://x}"})
    void aCallWithAnIdOfAnotherShapeIsServedInANewSession(String id) {
        assertThatANewSessionServes(alice.in(id));
    }

    @Test
    void aCallWithTheLongestIdAllowedIsServedInANewSession() {
        assertThatANewSessionServes(alice.in("a".repeat(256)));
    }

    @Test
    void aCallWithAnotherUsersIdIsServedInANewSessionAndLeavesTheirsAlone() {
        McpClient hers = alice.initialized();
        hers.tool("note_set", "name", "secret", "text", "hers");

        Answer his = bob.in(idOf(hers)).tool("note_list");

        assertThat(his.session(), matchesPattern(ID_SHAPE));
        assertThat(his.session(), is(not(idOf(hers))));
        assertThat(his.text(), is("{\"notes\":[]}"));
        assertThat(hers.tool("note_get", "name", "secret").text(), is("hers"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"notifications/initialized", "notifications/cancelled"})
    void aNotificationWithADeadIdOpensNoSession(String method) {
        Answer answer = alice.in(unknown()).notify(method);

        assertThat(answer.status(), is(202));
        assertThat(answer.header("mcp-session-id").isPresent(), is(false));
    }

    @Test
    void aRenewedSessionTakesItsVersionFromTheHeader() {
        Answer renewed = alice.with("MCP-Protocol-Version", "2025-06-18").call("ping");
        Answer bare = alice.call("ping");

        assertThat(versionOf(renewed), is("2025-06-18"));
        assertThat(versionOf(bare), is("2025-03-26"));
    }

    @Test
    void anUnknownMethodIsToldInTheNewSessionItOpened() {
        Answer answer = alice.call("tasks/list");

        assertThat(answer.errorCode(), is(-32601));
        assertThat(alice.in(answer.session()).call("ping").session(), is(answer.session()));
    }

    @Test
    void theMethodsOfThePathAreListed() {
        for (String method : List.of("PUT", "PATCH", "TRACE")) {
            Answer answer = alice.send(method, java.net.http.HttpRequest.BodyPublishers.noBody());

            assertThat(method, answer.status(), is(405));
            assertThat(method, answer.header("allow").orElseThrow(), is("GET, POST, DELETE, OPTIONS"));
        }
    }

    private static void assertThatANewSessionServes(McpClient client) {
        Answer answer = client.call("ping");

        assertThat(answer.status(), is(200));
        assertThat(answer.result(), is(EMPTY));
        assertThat(answer.session(), matchesPattern(ID_SHAPE));
        assertThat(alice.in(answer.session()).call("ping").session(), is(answer.session()));
    }

    /** An id of the right shape that nobody was given. */
    private static String unknown() {
        return "mcp-1795356841897-" + "A".repeat(40);
    }

    private static String idOf(McpClient session) {
        return session.header("Mcp-Session-Id");
    }

    private static String versionOf(Answer renewed) {
        JsonString version = alice.in(renewed.session()).tool("session_info").result()
                .getJsonObject("structuredContent").getJsonString("protocol_version");
        return version.getString();
    }
}
