package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.upstream.ScriptedPeer.Serves;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** Through this server a client meets another one in its own era, if that one serves it. */
@Timeout(60)
class EraOfCallerTest {

    private static EmbeddedRedis redis;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    private static ScriptedFront front(ScriptedPeer peer) {
        return ScriptedFront.of(redis.address(), peer, "auto", "era");
    }

    private static ScriptedPeer peer(Serves serves) {
        return new ScriptedPeer(serves).on("era", asked -> asked.text(asked.session() == null ? "stateless" : "session"))
                .on("ask", asked -> {
                    JsonObject answer = asked.ask("elicitation/create",
                            "{\"message\":\"?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}},\"odd\":1}");
                    asked.text(Json.object(answer).remove("id").remove("jsonrpc").build().toString());
                });
    }

    @ParameterizedTest
    @CsvSource({"BOTH, session, session", "BOTH, stateless, stateless", "SESSIONS, session, session",
            "SESSIONS, stateless, session", "STATELESS, session, stateless", "STATELESS, stateless, stateless"})
    void aCallIsMadeInTheEraOfItsCallerWhereTheServerServesIt(Serves serves, String caller, String spoken) {
        try (ScriptedPeer peer = peer(serves); ScriptedFront front = front(peer)) {
            Answer answer = caller.equals("session")
                    ? front.alice().initialized().tool("era")
                    : Stateless.of(front.alice()).tool("era");

            assertThat(answer.text(), is(spoken));
        }
    }

    @ParameterizedTest
    @CsvSource({"session, session", "stateless, stateless"})
    void whatIsConfiguredWins(String era, String spoken) {
        try (ScriptedPeer peer = peer(Serves.BOTH); ScriptedFront front = ScriptedFront.of(redis.address(), peer, era, "era")) {
            assertThat(front.alice().initialized().tool("era").text(), is(spoken));
            assertThat(Stateless.of(front.alice()).tool("era").text(), is(spoken));
        }
    }

    @Test
    void aToolOfAServerOfBothErasAsksAClientWithASession() {
        try (ScriptedPeer peer = peer(Serves.BOTH); ScriptedFront front = front(peer)) {
            McpClient session = front.askable();

            JsonObject result = ScriptedFront.call(session, "ask", question -> ScriptedFront.answer(session, question,
                    "result", "{\"action\":\"accept\",\"content\":{}}")).getLast();

            assertThat(text(result), is("{\"result\":{\"action\":\"accept\",\"content\":{}}}"));
        }
    }

    private static String text(JsonObject answer) {
        return answer.getJsonObject("result").getJsonArray("content").getJsonObject(0).getString("text");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"code\":-32602,\"message\":\"no such mode\",\"data\":{\"why\":[1]}}",
            "{\"code\":-1,\"message\":\"User rejected\"}",
            "{\"code\":-32601,\"message\":\"Method not found\",\"data\":\"x\"}",
            "{\"code\":42,\"message\":\"\"}"})
    void anErrorOfTheClientReachesTheServerUnchanged(String error) {
        try (ScriptedPeer peer = peer(Serves.SESSIONS); ScriptedFront front = front(peer)) {
            McpClient session = front.askable();

            JsonObject result = ScriptedFront.call(session, "ask", question ->
                    ScriptedFront.answer(session, question, "error", error)).getLast();

            assertThat(Json.parseObject(text(result)).getJsonObject("error"), is(Json.parseObject(error)));
        }
    }

    @Test
    void whoDoesNotAnswerInTimeIsReportedAsATimeoutAndHearsThatTheQuestionIsOver() {
        try (ScriptedPeer peer = peer(Serves.SESSIONS); ScriptedFront front = ScriptedFront.of(redis.address(), peer, "auto",
                "era", "mcp.http.question-patience", "1s")) {
            List<JsonObject> messages = ScriptedFront.call(front.askable(), "ask", _ -> { });

            assertThat(Json.parseObject(text(messages.getLast())).getJsonObject("error").getInt("code"), is(-32001));
            JsonObject question = messages.getFirst();
            assertThat(messages.get(1).getString("method"), is("notifications/cancelled"));
            assertThat(messages.get(1).getJsonObject("params").get("requestId"), is(question.get("id")));
        }
    }

    @Test
    void aQuestionAndItsAnswerPassUnchanged() {
        try (ScriptedPeer peer = peer(Serves.SESSIONS); ScriptedFront front = front(peer)) {
            McpClient session = front.askable();

            List<JsonObject> messages = ScriptedFront.call(session, "ask", question -> ScriptedFront.answer(session,
                    question, "result", "{\"action\":\"later\",\"x\":[null]}"));

            assertThat(messages.getFirst().getJsonObject("params"), is(Json.parseObject(
                    "{\"message\":\"?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}},\"odd\":1}")));
            assertThat(text(messages.getLast()), is("{\"result\":{\"action\":\"later\",\"x\":[null]}}"));
        }
    }

    @Test
    void whatTheClientDeclaresGoesOnWithItsModes() {
        try (ScriptedPeer peer = peer(Serves.BOTH); ScriptedFront front = front(peer)) {
            String declared = "{\"elicitation\":{\"url\":{}},\"roots\":{\"listChanged\":true},\"sampling\":{\"tools\":{}}}";
            front.session("{\"capabilities\":" + declared + "}").tool("era");

            assertThat(peer.heard("initialize").getLast().getJsonObject("params").getJsonObject("capabilities"),
                    is(Json.parseObject(declared)));
        }
    }

    @Test
    void aQuestionThatTheServerTakesBackDoesNotEndItsCall() {
        ScriptedPeer peer = peer(Serves.SESSIONS).on("waver", asked -> {
            asked.say("notifications/progress", "{\"progressToken\":\"x\",\"progress\":1}");
            asked.raw("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"elicitation/create\",\"params\":{\"message\":\"?\","
                    + "\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}}");
            Thread.sleep(300);
            asked.say("notifications/cancelled", "{\"requestId\":\"q\"}");
            Thread.sleep(300);
            asked.text("went on");
        });
        try (peer; ScriptedFront front = front(peer)) {
            List<JsonObject> messages = ScriptedFront.call(front.askable(), "waver", _ -> { });

            assertThat(text(messages.getLast()), is("went on"));
            assertThat(messages.stream().map(it -> it.getString("method", "")).toList(), is(List.of(
                    "notifications/progress", "elicitation/create", "notifications/cancelled", "")));
        }
    }

    @ParameterizedTest
    @CsvSource({"BOTH, session", "BOTH, stateless", "SESSIONS, session", "STATELESS, stateless"})
    void roundsPassUnchangedBetweenClientAndServerOfOneEra(Serves serves, String caller) {
        ScriptedPeer peer = new ScriptedPeer(serves).on("era", asked -> asked.text("")).on("rounds", asked -> {
            JsonObject params = asked.params();
            if (params.containsKey("inputResponses")) {
                asked.text(params.get("inputResponses") + " " + params.get("requestState"));
            } else {
                asked.result("{\"resultType\":\"input_required\",\"requestState\":\"opaque\",\"inputRequests\":{\"k\":"
                        + "{\"method\":\"roots/list\",\"params\":{}}},\"odd\":true}");
            }
        });
        try (peer; ScriptedFront front = front(peer)) {
            McpClient client = caller.equals("session") ? front.askable() : front.alice();
            JsonObject first = called(client, caller, "{\"name\":\"rounds\"}").result();

            assertThat(first.getString("resultType"), is("input_required"));
            assertThat(first.getString("requestState"), is("opaque"));
            assertThat(first.getJsonObject("inputRequests").toString(), is("{\"k\":{\"method\":\"roots/list\",\"params\":{}}}"));
            assertThat(first.getBoolean("odd"), is(true));
            JsonObject second = Json.parseObject("{\"name\":\"rounds\",\"requestState\":\"opaque\","
                    + "\"inputResponses\":{\"k\":{\"roots\":[]}}}");
            assertThat(called(client, caller, second.toString()).text(), is("{\"k\":{\"roots\":[]}} \"opaque\""));
            assertThat(peer.runs("rounds"), is(2L));
        }
    }

    private static Answer called(McpClient client, String caller, String params) {
        return caller.equals("session")
                ? client.call("tools/call", Json.parseObject(params))
                : Stateless.of(client).declaring("roots").call("tools/call", Json.parseObject(params));
    }

    @Test
    void theLogLevelOfAStatelessCallIsSetInTheSessionItIsMadeIn() {
        ScriptedPeer peer = peer(Serves.SESSIONS);
        try (peer; ScriptedFront front = front(peer)) {
            Stateless client = Stateless.of(front.alice());
            client.call("tools/call", level("debug"));

            JsonObject set = peer.heard("logging/setLevel").getFirst();
            assertThat(set.getJsonObject("params").getString("level"), is("debug"));
            assertThat(peer.heard("tools/call").getLast().getString("session"), is(set.getString("session")));

            client.tool("era");
            assertThat(peer.heard("logging/setLevel"), hasSize(1));
        }
    }

    @Test
    void inAConversationTheLogLevelIsSetOncePerChange() {
        ScriptedPeer peer = peer(Serves.SESSIONS);
        try (peer; ScriptedFront front = front(peer)) {
            Stateless client = Stateless.of(front.alice());
            Stream.of("debug", "debug", "error", "error").forEach(level -> client.call("tools/call", Json.object(level(level))
                    .add("_meta", Json.object(level(level).getJsonObject("_meta")).add("openai/session", "talk")).build()));

            assertThat(peer.heard("logging/setLevel").stream().map(it -> it.getJsonObject("params").getString("level"))
                    .toList(), is(List.of("debug", "error")));
        }
    }

    private static JsonObject level(String level) {
        return Json.parseObject("{\"name\":\"era\",\"_meta\":{\"io.modelcontextprotocol/logLevel\":\"" + level + "\"}}");
    }

    @Test
    void theLogLevelOfASessionGoesWithEachStatelessCall() {
        try (ScriptedPeer peer = peer(Serves.STATELESS); ScriptedFront front = front(peer)) {
            McpClient session = front.alice().initialized();
            session.call("logging/setLevel", Json.parseObject("{\"level\":\"error\"}"));
            session.tool("era");

            assertThat(peer.heard("tools/call").getLast().getJsonObject("params").getJsonObject("_meta")
                    .getString("io.modelcontextprotocol/logLevel"), is("error"));
        }
    }

    @Test
    void logMessagesPassUnchangedAndOfAnyLevelWhileTheClientHasSetNone() {
        ScriptedPeer peer = peer(Serves.SESSIONS).on("talk", asked -> {
            asked.say("notifications/message", "{\"level\":\"debug\",\"data\":{\"a\":1},\"_meta\":{\"k\":2}}");
            asked.text("");
        });
        try (peer; ScriptedFront front = front(peer)) {
            McpClient session = front.alice().initialized();

            assertThat(ScriptedFront.call(session, "talk", _ -> { }).getFirst().getJsonObject("params"),
                    is(Json.parseObject("{\"level\":\"debug\",\"data\":{\"a\":1},\"_meta\":{\"k\":2}}")));
            session.call("logging/setLevel", Json.parseObject("{\"level\":\"error\"}"));
            assertThat(session.tool("talk").text(), is(""));
        }
    }

    @Test
    void whatAClientSaysOfItsCallGoesOnButForWhatBelongsToTheHop() {
        try (ScriptedPeer peer = peer(Serves.SESSIONS); ScriptedFront front = front(peer)) {
            front.alice().initialized().call("tools/call", Json.parseObject("{\"name\":\"era\",\"_meta\":{\"a/b\":1,"
                    + "\"io.modelcontextprotocol/unknown\":{\"x\":2},\"io.modelcontextprotocol/clientInfo\":{}}}"));

            assertThat(peer.heard("tools/call").getLast().getJsonObject("params").getJsonObject("_meta"),
                    is(Json.parseObject("{\"a/b\":1,\"io.modelcontextprotocol/unknown\":{\"x\":2}}")));
        }
    }

    @ParameterizedTest
    @EnumSource(Serves.class)
    void clientsHearTheInstructionsOfTheServerBesideThisOnes(Serves serves) {
        try (ScriptedPeer peer = peer(serves).instructing("Ask twice."); ScriptedFront front = front(peer)) {
            assertThat(front.alice().call("initialize").result().getString("instructions"),
                    allOf(containsString("Sessions of this server"), containsString("\"scripted\""), containsString("Ask twice.")));
            assertThat(Stateless.of(front.alice()).call("server/discover").result().getString("instructions"),
                    containsString("Ask twice."));
        }
    }

    @Test
    void noSessionsAreLeftBehindByFindingOutTheEra() {
        try (ScriptedPeer peer = peer(Serves.BOTH); ScriptedFront front = front(peer)) {
            McpClient session = front.alice().initialized();
            session.tool("era");
            assertThat(peer.sessions(), not(empty()));
            session.delete();

            eventually(() -> peer.sessions(), empty());
        }
    }
}
