package io.mcpsession;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.settings.Settings;
import io.mcpsession.settings.SettingsException;
import io.mcpsession.testing.SettingKeys;
import io.mcpsession.testing.SettingKeys.Key;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

/** Each key of the defaults with values of every wrong kind: refused in one line that names it, or it starts. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WrongSettingsTest {

    private static final String CANARY = "c4n4ryS3cr3t";
    private static final List<String> VALUES = List.of(CANARY + "@:/?#[]%zz", "-7", "99999999999999999999",
            "P9999999999DT1S", "tru\u2028e\nx\u001b[31m", "redis://:" + CANARY + "@h:1/0", "{}", "/");
    /** Texts of any kind, which nothing of the start depends on. */
    private static final String FREE = "mcp\\.(replica|dev\\..*|.*master-name|.*user|.*password|.*client-id|"
            + ".*client-secret|identity\\.issuer|tracing\\.service-name|.*\\.(allow|deny|name|scopes)|tools\\.limits\\.0\\.tool)"
            + "|server.sockets.\\d.host";

    private EmbeddedRedis redis;

    @BeforeAll
    void start() {
        redis = EmbeddedRedis.start();
    }

    @AfterAll
    void stop() {
        redis.close();
    }

    static Stream<String> keys() {
        return SettingKeys.read().all().stream().filter(Key::leaf).map(Key::name).distinct();
    }

    private Map<String, String> right() {
        return new HashMap<>(Map.ofEntries(
                Map.entry("server.port", "0"), Map.entry("server.sockets.0.port", "0"),
                Map.entry("server.sockets.1.port", "0"), Map.entry("mcp.grpc.insecure", "true"),
                Map.entry("mcp.store.redis.mode", "single"),
                Map.entry("mcp.store.redis.address", redis.address().toString()),
                Map.entry("mcp.auth.resource", "https://mcp.example.com/api/mcp"),
                Map.entry("mcp.auth.introspection.uri", "https://login.example.com/i"),
                Map.entry("mcp.auth.introspection.issuer", "https://login.example.com"),
                Map.entry("mcp.auth.tokens.0.user", "alice"),
                Map.entry("mcp.auth.tokens.0.sha256", TestServer.sha256("x")),
                Map.entry("mcp.grpc.callers.1.name", "desk"), Map.entry("mcp.grpc.callers.1.role", "admin"),
                Map.entry("mcp.grpc.callers.1.token-sha256", TestServer.sha256("x")),
                Map.entry("mcp.tools.limits.0.tool", "*")));
    }

    private static String failure(Map<String, String> keys) {
        try (Server server = Server.start(Settings.load(Map.of(), keys))) {
            assertThat(server.port(Server.ADMIN), is(greaterThan(0)));
            return null;
        } catch (SettingsException | StartException e) {
            return e.getMessage();
        }
    }

    @Test
    void whatTheseBeginWithStarts() {
        Map<String, String> keys = right();
        keys.keySet().removeIf(key -> key.startsWith("mcp.grpc.callers"));
        assertThat(failure(keys), is((String) null));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aWrongValueIsRefusedInOneLineWithItsKeyAndWithoutASecret(String key) {
        List<String> taken = new ArrayList<>();
        for (String value : VALUES) {
            Map<String, String> keys = right();
            if (!key.contains("callers")) {
                keys.keySet().removeIf(name -> name.startsWith("mcp.grpc.callers"));
            }
            if (key.startsWith("mcp.upstreams.0.")) {
                // Away, which is no fault of a start.
                keys.put("mcp.upstreams.0.name", "up");
                keys.put("mcp.upstreams.0.url", "http://127.0.0.1:1/mcp");
            }
            keys.put(key, value);

            String line = failure(keys);

            if (line == null) {
                taken.add(value);
            } else {
                assertThat(line, not(containsString(CANARY)));
                assertThat(line, line.lines().count(), is(1L));
                assertThat(line, line.matches("[ -~]{1,500}"), is(true));
                // Where a key belongs to others, the one that is missing may be named.
                assertThat(line, containsString(key.replaceAll("\\.[^.]*$", "").replaceAll("\\.\\d+$", "")));
            }
        }
        if (!key.matches(FREE)) {
            assertThat(key + " takes " + taken, taken.size(), is(lessThan(VALUES.size())));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mcp:\n  store: {redis: {password: \"" + CANARY + "\n  x: ]", "mcp: [" + CANARY,
            "mcp:\n  dev:\n    token: *" + CANARY, "mcp:\n\tdev: " + CANARY, "mcp: " + CANARY, "mcp: {session: {idle-ttl: [" + CANARY + "]}}", "mcp: {auth: " + CANARY + "}", "- " + CANARY, "\"" + CANARY,
            "mcp: {http: {allowed-origins: [a, b]}}", "mcp: {upstreams: " + CANARY + "}", "mcp: {tools: {limits: " + CANARY + "}}",
            "server: {port: {a: " + CANARY + "}}"})
    void aFileOfAnotherShapeIsRefusedInOneLineWithoutASecret(String content, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("settings.yaml"), content);
        String line = null;
        try {
            Settings.load(Map.of("MCP_CONFIG_FILE", file.toString()), (Consumer<Settings.Log>) _ -> { });
        } catch (SettingsException e) {
            line = e.getMessage();
        }
        assertThat(line, is(notNullValue()));
        assertThat(line, not(containsString(CANARY)));
        assertThat(line, line.lines().count(), is(1L));
    }
}
