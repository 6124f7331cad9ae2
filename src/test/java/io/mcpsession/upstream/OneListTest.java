package io.mcpsession.upstream;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Provider;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** What this server, providers on its class path and several servers behind it offer is one list. */
@Timeout(60)
class OneListTest {

    private static EmbeddedRedis redis;

    private final StatefulPeer first = new StatefulPeer();
    private final StatefulPeer second = new StatefulPeer();

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
        first.close();
        second.close();
    }

    private Bridged front(String prefixOfSecond) {
        return front(prefixOfSecond, "first");
    }

    private Bridged front(String prefixOfSecond, String name) {
        Map<String, String> keys = Bridged.upstream(first.endpoint(), name, "session");
        keys.put("mcp.upstreams.0.allow", "");
        return Bridged.on(redis.address(), keys,
                "mcp.upstreams.1.name", "second", "mcp.upstreams.1.url", second.endpoint().toString(),
                "mcp.upstreams.1.prefix", prefixOfSecond, "mcp.upstreams.1.refresh", "1s");
    }

    @Test
    void theOrderIsThatOfTheConfiguration() {
        try (Bridged front = front("two_")) {
            assertThat(tools(front), is(List.of("session_info", "note_set", "note_get", "note_list", "note_delete",
                    "count", "pay", "hang", "two_count", "two_pay", "two_hang")));
        }
    }

    /** Names are what others say, and nothing they say stops a start: the first in the configuration's order wins. */
    @Test
    void ofTwoThingsOfOneNameTheSecondIsNotOfferedAndTheLogSaysSoOnceAndWhatHelps() {
        try (LogCapture log = new LogCapture(Upstreams.class); Bridged front = front("")) {
            int before = second.asked();
            eventually(second::asked, greaterThan(before + 2));

            assertThat(tools(front), is(List.of("session_info", "note_set", "note_get", "note_list", "note_delete",
                    "count", "pay", "hang")));
            List<String> said = log.at(Level.WARNING).stream().filter(line -> line.contains("\"count\"")).toList();
            assertThat(said, is(List.of(said.getFirst())));
            assertThat(said.getFirst(), allOf(containsString("upstream first"), containsString("upstream second"),
                    containsString("prefix"), containsString("deny")));
        }
    }

    @Test
    void aToolNamedLikeOneOfOursIsNotOfferedAndStopsNoStart() {
        first.offer("note_set", "count");
        try (LogCapture log = new LogCapture(Upstreams.class); Bridged front = front("two_")) {
            assertThat(tools(front).stream().filter("note_set"::equals).count(), is(1L));
            assertThat(tools(front), hasItem("count"));
            assertThat(log.at(Level.WARNING), hasItem(allOf(containsString("\"note_set\""),
                    containsString("this server itself"))));
        }
    }

    @Test
    void ofTwoThatCollideLaterTheSecondIsNotOfferedAndTheLogSaysSo() {
        second.offer("other");
        try (Bridged front = front(""); LogCapture log = new LogCapture(Upstreams.class)) {
            assertThat(tools(front), hasItem("other"));

            second.stop();
            second.offer("count", "third");
            second.start();

            eventually(() -> tools(front), hasItem("third"));
            assertThat(tools(front).stream().filter("count"::equals).count(), is(1L));
            assertThat(log.at(Level.WARNING), hasItem(allOf(containsString("\"count\""),
                    containsString("upstream first"), containsString("upstream second"))));
        }
    }

    @Test
    void oneThatIsAwayDoesNotSlowTheOther() {
        try (Bridged front = front("two_")) {
            McpClient session = front.alice().initialized();
            first.stop();

            long begin = System.nanoTime();
            for (int call = 1; call <= 50; call++) {
                assertThat(session.tool("two_count").text(), is(Integer.toString(call)));
            }
            assertThat(System.nanoTime() - begin < 5_000_000_000L, is(true));
            assertThat(session.tool("count").text(), containsString("\"first\""));
        }
    }

    @Test
    void callsThatHangThereFillTheirOwnPlacesOnly() {
        Map<String, String> keys = Bridged.upstream(first.endpoint(), "first", "session");
        keys.put("mcp.upstreams.0.allow", "");
        keys.put("mcp.upstreams.0.concurrency", "2");
        try (Bridged front = Bridged.on(redis.address(), keys,
                "mcp.upstreams.1.name", "second", "mcp.upstreams.1.url", second.endpoint().toString(),
                "mcp.upstreams.1.prefix", "two_")) {
            McpClient session = front.alice().initialized();
            session.tool("count");
            List<Thread> hanging = List.of(Thread.ofVirtual().start(() -> session.tool("hang")),
                    Thread.ofVirtual().start(() -> session.tool("hang")));
            eventually(first::runs, is(3));

            assertThat(session.tool("count").text(), containsString("too much to do"));
            assertThat(session.tool("two_count").text(), is("1"));

            first.release();
            hanging.forEach(OneListTest::join);
            assertThat(session.tool("count").isToolError(), is(false));
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aProviderOnTheClassPathIsFoundAtStart(@TempDir Path folder) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(Provider.class.getName()), Greetings.class.getName());
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader extended = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(extended);
            try (Bridged front = front("two_")) {
                assertThat(tools(front), hasItems("session_info", "greet", "count"));
                assertThat(front.alice().initialized().tool("greet", "name", "Ada").text(), is("Hello, Ada!"));
            }
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        try (Bridged front = front("two_")) {
            assertThat(tools(front), not(hasItem("greet")));
        }
    }

    /** The provider of the README. */
    public static final class Greetings implements Provider {

        @Override
        public Offering offering(Changes changes) {
            return Offering.ofTools(List.of(new Greet()));
        }

        private static final class Greet implements Tool {

            @Override
            public ToolDescription description() {
                return new ToolDescription("greet", "Greet", "Greets a person by name.", Json.parseObject("""
                        {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}"""),
                        Optional.empty(), new ToolDescription.Hints(true, false, true, false));
            }

            @Override
            public ToolResult call(Call call, Arguments arguments) {
                return ToolResult.text("Hello, " + arguments.string("name") + "!");
            }
        }
    }

    private static List<String> tools(Bridged front) {
        return front.alice().initialized().call("tools/list").result().getJsonArray("tools")
                .getValuesAs(JsonObject.class).stream().map(tool -> tool.getString("name")).toList();
    }
}
