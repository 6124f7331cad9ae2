package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.upstream.ScriptedPeer.Serves;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

/** Calls that wait for people: they keep nobody else from calling, and there is an end to how many there are. */
@Timeout(120)
class WaitingForPeopleTest {

    private static final int PLACES = 4;
    private static final String INITIALIZE = "{\"capabilities\":{\"elicitation\":{}}}";
    private static final String QUESTION = "{\"message\":\"Who?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}";

    private static EmbeddedRedis redis;

    private final ScriptedPeer asking = new ScriptedPeer(Serves.SESSIONS)
            .on("ask", asked -> {
                JsonObject answer = asked.ask("elicitation/create", QUESTION);
                asked.text(answer.getOrDefault("result", answer.get("error")).toString());
            })
            .on("plain", asked -> asked.text("plain"));
    private final ScriptedPeer other = new ScriptedPeer(Serves.SESSIONS).on("elsewhere", asked -> asked.text("there"));
    private final List<EventSource> streams = new ArrayList<>();
    private Bridged front;

    @BeforeAll
    static void startRedis() {
        redis = EmbeddedRedis.start();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @AfterEach
    void stop() {
        streams.forEach(EventSource::close);
        front.close();
        asking.close();
        other.close();
    }

    private void start(String... more) {
        Map<String, String> upstreams = new HashMap<>(Bridged.upstream(asking.endpoint(), "asking", "session"));
        upstreams.put("mcp.upstreams.0.allow", "");
        upstreams.put("mcp.upstreams.0.concurrency", Integer.toString(PLACES));
        upstreams.put("mcp.upstreams.1.name", "other");
        upstreams.put("mcp.upstreams.1.url", other.endpoint().toString());
        upstreams.put("mcp.upstreams.1.era", "session");
        // Those that nobody answers need not be waited for.
        upstreams.put("mcp.drain.timeout", "0s");
        front = Bridged.on(redis.address(), upstreams, more);
        eventually(() -> front.alice().initialized().call("tools/list").body(), containsString("\"elsewhere\""));
        eventually(() -> front.alice().initialized().call("tools/list").body(), containsString("\"ask\""));
    }

    private static McpClient askable(McpClient user) {
        return user.in(user.call("initialize", Json.parseObject(INITIALIZE)).session());
    }

    private EventSource ask(McpClient session) {
        EventSource stream = EventSource.post(session, """
                {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"ask"}}""");
        streams.add(stream);
        return stream;
    }

    private static String text(JsonObject answer) {
        return answer.getJsonObject("result").getJsonArray("content").getJsonObject(0).getString("text");
    }

    private record Question(McpClient session, EventSource stream, JsonObject message) {

        void answer(int number) {
            ScriptedFront.answer(session, message, "result",
                    "{\"action\":\"accept\",\"content\":{\"number\":" + number + "}}");
        }
    }

    private List<Question> questions(McpClient user, int count) {
        McpClient session = askable(user);
        List<EventSource> calls = IntStream.range(0, count).mapToObj(_ -> ask(session)).toList();
        return calls.stream().map(call -> new Question(session, call, call.message().json())).toList();
    }

    @Test
    void manyOfTwoUsersKeepNobodyElseFromCalling() {
        start();
        List<Question> open = new ArrayList<>(questions(front.alice(), 32));
        open.addAll(questions(front.bob(), 32));
        open.forEach(question -> assertThat(question.message().getString("method"), is("elicitation/create")));

        for (McpClient user : List.of(front.alice().initialized(), front.bob().initialized())) {
            for (int i = 0; i < 2 * PLACES; i++) {
                assertThat(user.tool("plain").text(), is("plain"));
                assertThat(user.tool("elsewhere").text(), is("there"));
            }
        }

        IntStream.range(0, open.size()).forEach(number -> open.get(number).answer(number));
        for (int number = 0; number < open.size(); number++) {
            assertThat(text(open.get(number).stream().message().json()), containsString("{\"number\":" + number + "}"));
        }
    }

    @Test
    void oneMoreThanAUserMayHaveIsRefusedToWhoeverAsks() {
        start("mcp.limits.open.questions-per-user", "3", "mcp.limits.open.questions", "4");
        List<Question> open = questions(front.alice(), 3);

        assertThat(askable(front.alice()).tool("ask").text(),
                is("{\"code\":-32006,\"message\":\"Too many questions wait for answers.\"}"));

        List<Question> another = questions(front.bob(), 1);
        assertThat(askable(front.bob()).tool("ask").text(),
                is("{\"code\":-32006,\"message\":\"Too many questions wait for answers of all callers.\"}"));

        open.getFirst().answer(1);
        another.getFirst().answer(2);
        assertThat(text(open.getFirst().stream().message().json()), containsString("{\"number\":1}"));
        assertThat(text(another.getFirst().stream().message().json()), containsString("{\"number\":2}"));
        assertThat(questions(front.alice(), 1).getFirst().message().getString("method"), is("elicitation/create"));
    }

    @Test
    void thoseAskedOutsideOfACallCountAsWell() {
        start("mcp.limits.open.questions-per-user", "2", "mcp.limits.open.questions", "9");
        McpClient session = askable(front.alice());
        try (EventSource stream = EventSource.get(session)) {
            assertThat(session.tool("plain").text(), is("plain"));
            String there = asking.heard("tools/call").getLast().getString("session");
            eventually(() -> asking.streaming().contains(there), is(true));
            questions(front.alice(), 1);

            asking.ask(there, "elicitation/create", QUESTION);
            ScriptedFront.next(stream, "elicitation/create");
            JsonObject refused = asking.ask(there, "elicitation/create", QUESTION).orTimeout(20, TimeUnit.SECONDS).join();

            assertThat(refused.getJsonObject("error").getInt("code"), is(-32006));
        }
    }
}
