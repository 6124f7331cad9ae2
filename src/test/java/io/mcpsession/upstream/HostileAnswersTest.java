package io.mcpsession.upstream;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.ScriptedServer;
import io.mcpsession.testing.ScriptedServer.Reply;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** A server behind this one that answers with JSON made to take memory or time: its fault, and nobody else's. */
@Timeout(60)
class HostileAnswersTest {

    private static final String MANY = "[" + "{\"\":0},".repeat(400_000) + "0]";
    private static final JsonObject URI = Json.createObjectBuilder().add("uri", "m://a").build();

    private final ScriptedServer hostile = new ScriptedServer();
    private final ScriptedServer healthy = new ScriptedServer();
    private EmbeddedRedis redis;

    @BeforeEach
    void start() {
        redis = EmbeddedRedis.start();
        hostile.on("initialize", asked -> asked.result("""
                {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}, "resources": {}, "prompts": {}},
                 "serverInfo": {"name": "hostile", "version": "1"}}""").with("Mcp-Session-Id", "s"));
        hostile.on("resources/list", asked -> asked.result("{\"resources\": [{\"uri\": \"m://a\", \"name\": \"a\"}]}"));
        hostile.on("prompts/list", asked -> asked.result("{\"prompts\": [{\"name\": \"p\"}]}"));
    }

    @AfterEach
    void stop() {
        hostile.close();
        healthy.close();
        redis.close();
    }

    private Bridged front(String... more) {
        Bridged front = Bridged.on(redis.address(), new HashMap<>(Map.of(
                "mcp.upstreams.0.name", "hostile", "mcp.upstreams.0.url", hostile.endpoint().toString(),
                "mcp.upstreams.0.era", "session", "mcp.upstreams.0.refresh", "1s",
                "mcp.upstreams.1.name", "healthy", "mcp.upstreams.1.url", healthy.endpoint().toString(),
                "mcp.upstreams.1.era", "session", "mcp.upstreams.1.prefix", "h_")), more);
        eventually(() -> front.alice().initialized().call("tools/list").body(), containsString("h_echo"));
        return front;
    }

    private static List<Answer> askAll(Bridged front, String era) {
        JsonObject prompt = Json.createObjectBuilder().add("name", "p").build();
        JsonObject tool = Json.createObjectBuilder().add("name", "echo").build();
        return Map.of("tools/call", tool, "resources/read", URI, "prompts/get", prompt).entrySet().stream()
                .map(call -> era.equals("sessions") ? front.alice().initialized().call(call.getKey(), call.getValue())
                        : Stateless.of(front.alice()).call(call.getKey(), call.getValue())).toList();
    }

    static Stream<Arguments> tooMuch() {
        return Stream.of("sessions", "stateless").flatMap(era -> Stream.of("json", "events", "resumable", "refusal")
                .map(form -> arguments(era, form)));
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void anAnswerOfTooManyValuesIsNoAnswerAndNobodyWaitsForAnother(String era, String form) {
        try (LogCapture log = new LogCapture("io.mcpsession"); Bridged front = front()) {
            for (String method : List.of("tools/call", "resources/read", "prompts/get")) {
                hostile.on(method, asked -> switch (form) {
                    case "json" -> asked.result("{\"content\": " + MANY + "}");
                    case "events" -> Reply.events("data: " + asked.answer("{\"content\": " + MANY + "}") + "\n\n");
                    case "resumable" -> Reply.events("id: 1\ndata: " + asked.answer("{\"content\": " + MANY + "}") + "\n\n");
                    default -> Reply.json(500, "{\"error\": {\"code\": -32603, \"message\": \"x\", \"data\": " + MANY + "}}");
                });
            }
            long began = System.nanoTime();
            for (Answer answer : askAll(front, era)) {
                assertThat(answer.status(), is(200));
                assertThat(answer.body(), answer.json().containsKey("error") || answer.isToolError(), is(true));
                assertThat(answer.body(), containsString(form.equals("refusal") ? "status 500"
                        : "its answer holds more than 100000 JSON values"));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began), is(lessThan(Duration.ofSeconds(15))));
            assertThat(front.alice().initialized().tool("h_echo").text(), is("done"));
            assertThat(log.at(Level.SEVERE), is(empty()));
        }
    }

    @Test
    void moreValuesAreTakenWhereTheSettingSaysSo() {
        hostile.on("tools/call", asked -> asked.result("{\"content\": [], \"structuredContent\": {\"a\": ["
                + "0,".repeat(150_000) + "0]}}"));
        try (Bridged front = front("mcp.upstreams.0.max-message-values", "200000")) {
            assertThat(front.alice().initialized().tool("echo").body().length() > 300_000, is(true));
        }
    }

    @Test
    void aListOfTooManyValuesTakesNoOtherWithIt() {
        hostile.on("tools/list", asked -> asked.result("{\"tools\": " + MANY + "}"));
        try (LogCapture log = new LogCapture(Upstream.class); Bridged front = front()) {
            eventually(() -> front.alice().initialized().call("prompts/list").body(), containsString("\"p\""));
            assertThat(log.at(Level.WARNING), hasItem(containsString("holds more than 100000 JSON values")));
        }
    }

    /** Passed on where clients can hold it, left out where they cannot. */
    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-1e-999999999", "1E+2147483647", "9e400", "1.50", "\"\\ud83d\"", "\"\\ude00\\ud83d\"",
            "{\"a\": 1, \"a\": 2}"})
    void whatIsOddIsPassedOnOrLeftOutAndFailsNothing(String value) {
        for (String method : List.of("tools/call", "resources/read", "prompts/get")) {
            hostile.on(method, asked -> asked.result(("""
                    {"content": [{"type": "text", "text": "done", "annotations": {"priority": VALUE}, "_meta": {"v": VALUE}}],
                     "structuredContent": {"v": VALUE}, "contents": [{"uri": "m://a", "text": "done", "_meta": {"v": VALUE}}],
                     "messages": [{"role": "user", "content": {"type": "text", "text": "done", "_meta": {"v": VALUE}}}],
                     "_meta": {"progressToken": VALUE, "v": VALUE}}""").replace("VALUE", value)));
        }
        try (LogCapture log = new LogCapture("io.mcpsession"); Bridged front = front()) {
            for (String era : List.of("sessions", "stateless")) {
                for (Answer answer : askAll(front, era)) {
                    assertThat(answer.status(), is(200));
                    assertThat(answer.body(), containsString("done"));
                    assertThat(answer.body(), answer.json().containsKey("result"), is(true));
                }
            }
            assertThat(log.at(Level.SEVERE), is(empty()));
        }
    }

    @Test
    void progressAndErrorsOfHugeNumbersFailNothing() {
        hostile.on("tools/call", asked -> Reply.events("data: {\"jsonrpc\": \"2.0\", \"method\": \"notifications/progress\","
                + " \"params\": {\"progressToken\": 1e999999999, \"progress\": 1e999999999, \"total\": -1e999999999}}\n\n"
                + "data: {\"jsonrpc\": \"2.0\", \"id\": 1e999999999, \"result\": {}}\n\n"
                + "data: {\"jsonrpc\": \"2.0\", \"id\": " + asked.message().get("id")
                + ", \"error\": {\"code\": 1e999999999, \"message\": \"no\"}}\n\n"));
        try (LogCapture log = new LogCapture("io.mcpsession"); Bridged front = front()) {
            for (String era : List.of("sessions", "stateless")) {
                Answer answer = era.equals("sessions") ? front.alice().initialized().tool("echo")
                        : Stateless.of(front.alice()).tool("echo");
                assertThat(answer.status(), is(200));
                assertThat(answer.errorCode(), is(-32603));
            }
            assertThat(log.at(Level.SEVERE), is(empty()));
        }
    }
}
