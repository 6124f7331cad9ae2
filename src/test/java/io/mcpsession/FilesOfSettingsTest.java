package io.mcpsession;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.settings.Settings;
import io.mcpsession.testing.Certificates;
import io.mcpsession.testing.Certificates.Pair;
import io.mcpsession.testing.SettingKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.in;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Every setting that names a file, with files that cannot be used: the start fails in one line and leaves nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilesOfSettingsTest {

    private static final List<String> FAULTS = List.of("missing", "directory", "empty", "garbage", "half");
    private static final byte[] NO_TEXT = {(byte) 0xc3, 0x28, 0, (byte) 0xff, 0x1b, '[', '3', '1', 'm', '\n', (byte) 0x80};

    private Path folder;
    private EmbeddedRedis redis;
    private Map<String, String> right;

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        folder = temporary;
        redis = EmbeddedRedis.start();
        Certificates certificates = new Certificates(folder);
        Pair authority = certificates.authority("ca");
        Pair own = certificates.signed("ca", "own", "dns:localhost");
        Path secret = Files.writeString(folder.resolve("secret"), "mcp\n");
        right = Map.ofEntries(
                Map.entry("mcp.store.redis.mode", "single"),
                Map.entry("mcp.store.redis.address", redis.address().toString().replace("redis:", "rediss:")),
                Map.entry("mcp.store.redis.trust-certificates", authority.certificate().toString()),
                Map.entry("mcp.store.redis.certificate", own.certificate().toString()),
                Map.entry("mcp.store.redis.key", own.key().toString()),
                Map.entry("mcp.store.redis.user-file", secret.toString()),
                Map.entry("mcp.store.redis.password-file", secret.toString()),
                Map.entry("server.tls.client-auth", "required"),
                Map.entry("server.tls.private-key.pem.key.resource.path", own.key().toString()),
                Map.entry("server.tls.private-key.pem.cert-chain.resource.path", own.certificate().toString()),
                Map.entry("server.tls.trust.pem.certificates.resource.path", authority.certificate().toString()),
                Map.entry("server.port", "0"), Map.entry("server.sockets.0.port", "0"),
                Map.entry("server.sockets.1.port", "0"));
    }

    @AfterAll
    void stop() {
        redis.close();
    }

    private static Set<String> keys() {
        return SettingKeys.read().all().stream().filter(SettingKeys.Key::namesAFile).map(SettingKeys.Key::name)
                .collect(Collectors.toSet());
    }

    static Stream<Arguments> faults() {
        return keys().stream().sorted().flatMap(key -> FAULTS.stream()
                // A password may be any text.
                .filter(fault -> !fault.equals("half") || !key.matches(".*(user|password)-file"))
                .map(fault -> argumentSet(key + ", " + fault, key, fault)));
    }

    private Path file(String fault) throws IOException {
        Path file = folder.resolve(fault);
        return switch (fault) {
            case "missing" -> file;
            case "directory" -> Files.createDirectories(file);
            case "empty" -> Files.write(file, new byte[0]);
            case "garbage" -> Files.write(file, NO_TEXT);
            default -> Files.writeString(file, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
                    + "-----BEGIN PRIVATE KEY-----\nMIIB=A\n-----END PRIVATE KEY-----\n", StandardCharsets.US_ASCII);
        };
    }

    @Test
    void theKeysAreThoseOfTheDefaults() {
        assertThat(keys(), hasItems("mcp.store.redis.password-file", "mcp.store.redis.key",
                "server.tls.trust.pem.certificates.resource.path"));
        assertThat("a new setting that names a file needs a right one here", keys(), everyItem(is(in(right.keySet()))));
    }

    @Test
    void withTheRightFilesItStarts() {
        // Redis speaks no TLS here, which is no fault of a start.
        try (Server server = Server.start(Settings.load(Map.of(), right))) {
            assertThat(server.port(Server.PUBLIC), is(not(0)));
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFileThatCannotBeUsedEndsTheStartInOneLineThatNamesItsKey(String key, String fault) throws IOException {
        Map<String, String> wrong = new HashMap<>(right);
        wrong.put(key, file(fault).toString());
        Set<Thread> before = Thread.getAllStackTraces().keySet();

        RuntimeException failure = assertThrows(RuntimeException.class,
                () -> Server.start(Settings.load(Map.of(), wrong)).close());

        String line = failure.getMessage();
        assertThat(line, StartFailure.line(failure), is(line));
        assertThat(line, allOf(containsString(key), not(containsString("\n")), not(containsString("Exception:"))));
        assertThat(line, line.length(), is(lessThan(400)));
        assertThat(Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive() && !thread.isDaemon())
                .filter(thread -> thread.getName().startsWith("redisson")).toList(), is(List.of()));
    }
}
