package io.mcpsession.upstream;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.ScriptedServer;
import io.mcpsession.testing.ScriptedServer.Reply;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;

/** One upstream's habit is nobody else's fault. */
@Timeout(60)
class OddUpstreamTest {

    private static EmbeddedRedis redis;

    private final ScriptedServer odd = new ScriptedServer();
    private final ScriptedServer healthy = new ScriptedServer();

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @AfterEach
    void closePeers() {
        odd.close();
        healthy.close();
    }

    private Bridged front(String... more) {
        Map<String, String> keys = new HashMap<>(Map.of(
                "mcp.upstreams.0.name", "odd", "mcp.upstreams.0.url", odd.endpoint().toString(),
                "mcp.upstreams.0.era", "session", "mcp.upstreams.0.refresh", "1s",
                "mcp.upstreams.1.name", "healthy", "mcp.upstreams.1.url", healthy.endpoint().toString(),
                "mcp.upstreams.1.era", "session", "mcp.upstreams.1.prefix", "h_"));
        return Bridged.on(redis.address(), keys, more);
    }

    private void offers(String capability) {
        odd.on("initialize", asked -> asked.result("{\"protocolVersion\": \"2025-11-25\", \"capabilities\": {" + capability
                + "}, \"serverInfo\": {\"name\": \"odd\", \"version\": \"1\"}}").with("Mcp-Session-Id", "s"));
    }

    private static List<String> names(Answer answer, String member) {
        return answer.result().getJsonArray(member).getValuesAs(JsonObject.class).stream()
                .map(item -> item.getString("name")).toList();
    }

    private static List<String> tools(Bridged front) {
        return names(front.alice().initialized().call("tools/list"), "tools");
    }

    @Test
    void aCursorGivenTwiceEndsTheListAndStopsNoStart() {
        odd.on("tools/list", asked -> asked.result(asked.params().containsKey("cursor")
                ? "{\"tools\": [{\"name\": \"b\", \"inputSchema\": {\"type\": \"object\"}}], \"nextCursor\": \"last\"}"
                : "{\"tools\": [{\"name\": \"a\", \"inputSchema\": {\"type\": \"object\"}}], \"nextCursor\": \"last\"}"));
        try (LogCapture log = new LogCapture(Upstream.class); Bridged front = front()) {
            assertThat(tools(front), hasItems("a", "b", "h_echo"));
            assertThat(odd.count("tools/list"), is(lessThan(10L)));
            assertThat(log.at(Level.WARNING), hasItem(containsString("cursor twice")));
        }
    }

    @Test
    void aNameThatIsListedTwiceIsOfferedOnceAndTheLogSaysSoOnce() {
        odd.on("tools/list", asked -> asked.result("""
                {"tools": [{"name": "a", "description": "one", "inputSchema": {"type": "object"}},
                           {"name": "a", "description": "two", "inputSchema": {"type": "object"}}]}"""));
        try (LogCapture log = new LogCapture(Upstream.class); Bridged front = front()) {
            eventually(() -> odd.count("tools/list") > 3, is(true));

            assertThat(tools(front).stream().filter("a"::equals).count(), is(1L));
            assertThat(log.at(Level.WARNING), is(List.of("upstream odd: left out tool \"a\": it is listed twice; the first is offered")));
        }
    }

    @Test
    void listsWithoutEndAreCutAndOneThatFailsTakesNoOther() {
        offers("\"tools\": {}, \"prompts\": {}, \"resources\": {}");
        AtomicInteger page = new AtomicInteger();
        odd.on("tools/list", asked -> asked.result("{\"tools\": [], \"nextCursor\": \"" + page.incrementAndGet() + "\"}"));
        odd.on("resources/list", asked -> asked.error(-32603, "out of order\\nand more"));
        odd.on("prompts/list", asked -> asked.result("{\"prompts\": [{\"name\": \"p\"}]}"));
        try (LogCapture log = new LogCapture(Upstream.class); Bridged front = front()) {
            eventually(() -> names(front.alice().initialized().call("prompts/list"), "prompts"), hasItem("p"));
            assertThat(tools(front), hasItem("h_echo"));
            assertThat(log.at(Level.WARNING), hasItems(containsString("more than 500 pages"),
                    containsString("out of order\\u000aand more")));
        }
    }

    @Test
    void whatAClientOfAnEraCannotReadIsLeftOutForItAlone() {
        odd.on("tools/list", asked -> asked.result("""
                {"tools": [{"name": "a", "title": null, "description": null, "icons": null,
                            "inputSchema": {"type": "object", "properties": {"any": true, "none": false}},
                            "outputSchema": {"type": "array"}},
                           {"name": "b", "description": 7, "inputSchema": {"type": "object"}, "outputSchema": {"type": "objekt"}},
                           {"name": "c", "inputSchema": {"type": "array"}},
                           {"name": "d", "inputSchema": null, "annotations": {"readOnlyHint": "yes", "title": "D"},
                            "icons": [{"src": 1}, {"src": "https://a.b/c.png", "theme": "pink"}]}]}"""));
        odd.on("tools/call", asked -> asked.result("{\"content\": null, \"structuredContent\": [1], \"isError\": null}"));
        try (LogCapture log = new LogCapture(Upstream.class); Bridged front = front()) {
            McpClient session = front.alice().initialized();
            JsonObject a = tool(session.call("tools/list"), "a");
            assertThat(a.toString(), a.keySet(), is(Set.of("name", "inputSchema")));
            assertThat(a.getJsonObject("inputSchema").toString(),
                    is("{\"type\":\"object\",\"properties\":{\"any\":{},\"none\":{\"not\":{}}}}"));
            assertThat(tool(session.call("tools/list"), "b").keySet(), is(Set.of("name", "inputSchema")));
            assertThat(tools(front), not(hasItem("c")));
            assertThat(tool(session.call("tools/list"), "d").toString(),
                    allOf(containsString("\"annotations\":{\"title\":\"D\"}"), containsString("\"icons\":[{\"src\":\"https://a.b/c.png\"}]"),
                            containsString("\"inputSchema\":{\"type\":\"object\"}")));

            JsonObject stateless = tool(Stateless.of(front.alice()).call("tools/list"), "a");
            assertThat(stateless.getJsonObject("outputSchema").toString(), is("{\"type\":\"array\"}"));
            assertThat(session.tool("a").result().toString(), is("{\"content\":[{\"type\":\"text\",\"text\":\"[1]\"}]}"));
            assertThat(Stateless.of(front.alice()).tool("a").result().getJsonArray("structuredContent").toString(), is("[1]"));
            assertThat(log.at(Level.WARNING), hasItems(
                    containsString("part of the tool \"a\" is left out for clients with sessions: outputSchema.type must be object"),
                    containsString("left out tool \"c\": inputSchema.type must be object")));
        }
    }

    private static JsonObject tool(Answer list, String name) {
        return list.result().getJsonArray("tools").getValuesAs(JsonObject.class).stream()
                .filter(tool -> tool.getString("name").equals(name)).findFirst().orElseThrow();
    }

    @Test
    void contentThatARevisionDoesNotKnowIsTranslatedOrLeftOut() {
        odd.on("tools/call", asked -> asked.result("""
                {"content": [{"type": "text", "text": "one", "annotations": {"priority": 7}}, {"type": "hologram"},
                             {"type": "resource_link", "uri": "x://y", "name": "y"}, {"type": "image", "data": "!", "mimeType": "a/b"}],
                 "_meta": {"progressToken": null, "x/y": 1}}"""));
        try (Bridged front = front()) {
            JsonObject result = front.alice().initialized().tool("echo").result();
            assertThat(result.getJsonArray("content").toString(), is("[{\"type\":\"text\",\"text\":\"one\",\"annotations\":{}},"
                    + "{\"type\":\"resource_link\",\"uri\":\"x://y\",\"name\":\"y\"}]"));
            assertThat(result.getJsonObject("_meta").toString(), is("{\"x/y\":1}"));

            McpClient old = front.alice().in(front.alice().call("initialize",
                    Json.createObjectBuilder().add("protocolVersion", "2025-03-26").build()).session());
            assertThat(old.tool("echo").result().getJsonArray("content").toString(),
                    containsString("{\"type\":\"text\",\"text\":\"y: x://y\"}"));

            odd.on("tools/call", asked -> asked.result("{\"content\": [{\"type\": \"hologram\"}]}"));
            Answer nothing = front.alice().initialized().tool("echo");
            assertThat(nothing.isToolError(), is(true));
            assertThat(nothing.text(), containsString("cannot read"));
        }
    }

    @Test
    void twoDeploymentsOfOneServerAreReadInTheirOrder() {
        for (ScriptedServer peer : List.of(odd, healthy)) {
            peer.on("initialize", asked -> asked.result("""
                    {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}, "resources": {"subscribe": true}},
                     "serverInfo": {"name": "twin", "version": "1"}}""").with("Mcp-Session-Id", "s"));
            peer.on("resources/list", asked -> asked.result("{\"resources\": [{\"uri\": \"doc://a\", \"name\": \"a\"}]}"));
            peer.on("resources/templates/list", asked -> asked.result(
                    "{\"resourceTemplates\": [{\"uriTemplate\": \"doc://t/{x}\", \"name\": \"t\"}]}"));
            peer.on("resources/subscribe", asked -> asked.result("{}"));
        }
        odd.on("resources/read", asked -> asked.params().getString("uri").equals("doc://a")
                ? asked.result("{\"contents\": [{\"uri\": \"doc://a\", \"text\": \"first\"}]}")
                : asked.error(-32002, "Resource not found"));
        healthy.on("resources/read", asked -> asked.result("{\"contents\": [{\"uri\": \"doc://t/1\", \"text\": \"second\"}]}"));
        try (LogCapture log = new LogCapture(Upstreams.class.getName(), Level.INFO); Bridged front = front()) {
            McpClient session = front.alice().initialized();
            assertThat(names(session.call("resources/list"), "resources"), is(List.of("a")));
            assertThat(names(session.call("resources/templates/list"), "resourceTemplates"), is(List.of("t")));
            assertThat(read(session, "doc://a"), containsString("first"));
            assertThat(read(session, "doc://t/1"), containsString("second"));
            assertThat(log.at(Level.INFO), hasItem(allOf(containsString("doc://a"), containsString("upstream odd and upstream healthy"))));

            odd.on("resources/read", _ -> Reply.of(503, "text/plain", "down"));
            assertThat(read(session, "doc://a"), containsString("second"));

            session.call("resources/subscribe", Json.createObjectBuilder().add("uri", "doc://t/1").build());
            eventually(() -> odd.count("resources/subscribe") + healthy.count("resources/subscribe"), is(2L));
        }
    }

    private static String read(McpClient session, String uri) {
        return session.call("resources/read", Json.createObjectBuilder().add("uri", uri).build()).body();
    }

    @Test
    void callsThatTakeTooLongOpenTheBreakerThoughListsAnswer() {
        CountDownLatch hanging = new CountDownLatch(1);
        try (Bridged front = front("mcp.upstreams.0.timeout", "500ms")) {
            McpClient session = front.alice().initialized();
            // Its session there is open before calls hang.
            eventually(() -> session.tool("echo").text(), is("done"));
            odd.on("tools/call", asked -> {
                try {
                    hanging.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return asked.result("{\"content\": []}");
            });
            for (int i = 0; i < 3; i++) {
                assertThat(session.tool("echo").text(), containsString("in time"));
            }
            assertThat(session.tool("echo").text(), containsString("cannot be reached"));
            assertThat(session.tool("h_echo").text(), is("done"));
            hanging.countDown();
            eventually(() -> session.tool("echo").isToolError(), is(false));
        } finally {
            hanging.countDown();
        }
    }
}
