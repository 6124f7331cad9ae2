package io.mcpsession;

import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

/** What a process that logs JSON says: one object a line from its start to its end, and nothing else. */
class JsonStartTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static ChildServer start(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("MCP_LOG_FORMAT", "json");
        return ChildServer.start(all);
    }

    private static List<JsonObject> logged(ChildServer ended) {
        assertThat(ended.output(), is(""));
        return ended.errors().lines().map(JsonStartTest::object).toList();
    }

    private static JsonObject object(String line) {
        try (JsonReader reader = Json.createReader(new StringReader(line))) {
            return reader.readObject();
        }
    }

    /** What it says when it does not start. */
    private static JsonObject refusal(Map<String, String> environment) {
        try (ChildServer child = start(environment)) {
            assertThat(child.exitStatus(PATIENCE), is(1));
            List<JsonObject> logged = logged(child);
            assertThat(logged, hasSize(1));
            assertThat(logged.getFirst().getString("level"), is("SEVERE"));
            return logged.getFirst();
        }
    }

    @Test
    void everyLineIsAnObjectAndOneOfThemSaysWhereItListens() {
        try (ChildServer child = start(Map.of("MCP_DEV_TOKEN", TestServer.ALICE, "MCP_DEV_USER", "alice"))) {
            assertThat(child.client(TestServer.ALICE).call("initialize").status(), is(200));
            child.terminate();
            child.exitStatus(PATIENCE);

            List<JsonObject> up = logged(child).stream()
                    .filter(line -> line.getString("message").startsWith("server up ")).toList();
            assertThat(up, hasSize(1));
            assertThat(up.getFirst().getString("level"), is("INFO"));
            assertThat(up.getFirst().getString("logger"), startsWith("io.mcpsession."));
            assertThat(up.getFirst().getString("message"), matchesPattern("server up version=\\S+ took_ms=\\d+"
                    + " mcp=http://127\\.0\\.0\\.1:\\d+/api/mcp grpc=127\\.0\\.0\\.1:\\d+"
                    + " admin=http://127\\.0\\.0\\.1:\\d+ redis=redis://127\\.0\\.0\\.1:\\d+ .*"));
        }
    }

    @Test
    void theTokenOfAnEmbeddedStartIsNotLoggedButHowToHaveOneIs() {
        try (ChildServer chosen = start(Map.of("MCP_DEV_TOKEN", TestServer.ALICE));
                ChildServer random = start(Map.of())) {
            assertThat(random.banner(), allOf(containsString("user=dev"), containsString("MCP_DEV_TOKEN"),
                    not(containsString("mcps_"))));
            assertThat(chosen.banner(), not(containsString(TestServer.ALICE)));
        }
    }

    @Test
    void aSettingThatCannotBeIsNamedInOneObject() {
        assertThat(refusal(Map.of("MCP_SESSION_IDLE_TTL", "soon")).getString("message"),
                startsWith("mcp.session.idle-ttl (MCP_SESSION_IDLE_TTL): \"soon\" is not allowed; give a duration"));
    }

    @Test
    void aStartThatFailsSaysWhyInOneObject() throws IOException {
        // It has more than one line where it is text.
        assertThat(refusal(Map.of("MCP_STORE_REDIS_MODE", "single")).getString("message"),
                startsWith("The internal socket would be open to anybody who reaches it. Do one of these:\n"));
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThat(refusal(Map.of("SERVER_SOCKETS_0_PORT", Integer.toString(taken.getLocalPort())))
                    .getString("message"), containsString("Cannot listen on port " + taken.getLocalPort()));
        }
    }

    @Test
    void aFormatThatIsNoneIsToldAsText() {
        try (ChildServer child = ChildServer.start(Map.of("MCP_LOG_FORMAT", "xml"))) {
            assertThat(child.exitStatus(PATIENCE), is(1));
            assertThat(child.errors(), startsWith("mcp.log.format (MCP_LOG_FORMAT): \"xml\" is not allowed"));
        }
    }
}
