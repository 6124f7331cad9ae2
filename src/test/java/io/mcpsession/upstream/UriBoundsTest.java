package io.mcpsession.upstream;

import io.mcpsession.handler.Resource;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.ScriptedServer;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

/** URIs of clients meet templates of another server: neither may be so long, or so odd, that others wait for it. */
@Timeout(60)
class UriBoundsTest {

    private static final String ODD = "t://{a}-{b}-{c}-{d}";
    private static final int INVALID_PARAMS = -32602;

    private static final ScriptedServer PEER = new ScriptedServer();
    private static EmbeddedRedis redis;
    private static LogCapture log;
    private static Bridged front;

    @BeforeAll
    static void start() {
        PEER.on("initialize", asked -> asked.result("""
                {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}, "resources": {"subscribe": true}},
                 "serverInfo": {"name": "odd", "version": "1"}}""").with("Mcp-Session-Id", "s"));
        PEER.on("resources/templates/list", asked -> asked.result(list("resourceTemplates", "uriTemplate", ODD,
                "long://" + "x".repeat(1000), "many://" + "{v}".repeat(17))));
        PEER.on("resources/list", asked -> asked.result(list("resources", "uri", "t://good",
                "t://" + "x".repeat(Resource.LONGEST_URI))));
        PEER.on("resources/read", asked -> asked.result("{\"contents\": [{\"uri\": \"t://x\", \"text\": \"read\"}]}"));
        redis = EmbeddedRedis.start();
        log = new LogCapture(Upstream.class);
        front = Bridged.on(redis.address(), new HashMap<>(Map.of("mcp.upstreams.0.name", "odd",
                "mcp.upstreams.0.url", PEER.endpoint().toString(), "mcp.upstreams.0.era", "session")));
        eventually(() -> front.alice().initialized().call("resources/templates/list").body(), containsString(ODD));
    }

    @AfterAll
    static void stop() {
        front.close();
        log.close();
        redis.close();
        PEER.close();
    }

    private static String list(String member, String key, String... values) {
        return Json.createObjectBuilder().add(member, Json.createArrayBuilder(Stream.of(values)
                .map(value -> Map.of("name", "n", key, value)).toList())).build().toString();
    }

    private static JsonObject uri(int length) {
        return Json.createObjectBuilder().add("uri", "t://" + "-".repeat(length - 5) + "/").build();
    }

    private static Answer ask(String era, String method, JsonObject params) {
        McpClient alice = front.alice();
        return era.equals("sessions") ? alice.initialized().call(method, params) : Stateless.of(alice).call(method, params);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sessions", "stateless"})
    void aUriThatFitsATemplateInManyWaysIsLookedUpAtOnce(String era) {
        assertThat(ask(era, "resources/read", uri(3000)).errorMessage(), is("Resource not found"));
        assertThat(ask(era, "resources/read", uri(Resource.LONGEST_URI)).errorMessage(), is("Resource not found"));
        assertThat(ask(era, "resources/read", Json.createObjectBuilder().add("uri", "t://1-2-3-4").build()).body(),
                containsString("read"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sessions", "stateless"})
    void aLongerUriIsRefusedInEveryMethodThatTakesOne(String era) {
        JsonObject tooLong = uri(Resource.LONGEST_URI + 1);
        List<Answer> answers = Stream.of(ask(era, "resources/read", tooLong),
                ask(era, "completion/complete", Json.createObjectBuilder()
                        .add("ref", Json.createObjectBuilder(tooLong).add("type", "ref/resource"))
                        .add("argument", Json.createObjectBuilder().add("name", "a").add("value", "1")).build()),
                era.equals("sessions") ? ask(era, "resources/subscribe", tooLong) : null,
                era.equals("sessions") ? ask(era, "resources/unsubscribe", tooLong) : null)
                .filter(answer -> answer != null).toList();

        assertThat(answers.size(), is(era.equals("sessions") ? 4 : 2));
        for (Answer answer : answers) {
            assertThat(answer.body(), answer.errorCode(), is(INVALID_PARAMS));
            assertThat(answer.errorMessage(), is("uri must have at most 8000 characters"));
        }
    }

    @Test
    void whatIsTooLongOfAnotherServerIsLeftOutAndTheLogSaysSo() {
        McpClient session = front.alice().initialized();

        assertThat(session.call("resources/templates/list").result().getJsonArray("resourceTemplates").size(), is(1));
        assertThat(session.call("resources/list").result().getJsonArray("resources").size(), is(1));
        List<String> warnings = log.at(Level.WARNING);
        assertThat(warnings.toString(), warnings.stream().filter(line ->
                line.contains("a template has at most 1000 characters and 16 variables")).count(), is(2L));
        assertThat(warnings.toString(), warnings.stream().filter(line ->
                line.contains("its URI is longer than 8000")).count(), is(1L));
    }
}
