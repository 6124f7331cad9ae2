package io.mcpsession.redis;

import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.testing.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.redisson.api.RedissonClient;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

class RedisClientTest {

    @TempDir
    private Path folder;

    private static RedisConfig config(URI address, Optional<String> user, Optional<String> password,
                                      Optional<Path> trust) {
        RedisConfig config = RedisConfig.single(address, TestRedis.TIMEOUT, 4, "test", 1, Layout.MAP_CACHE)
                .as(RedisLogin.of(user, password));
        return trust.map(file -> config.over(RedisTls.trusting(file))).orElse(config);
    }

    /** Redis's own time, as anybody sees it who is let in. */
    private static long timeSeenBy(RedisConfig config) {
        RedissonClient client = RedisClient.open(config);
        try {
            return TestRedis.calls(client).number(LuaScript.TIME, List.of(), "");
        } finally {
            client.shutdown();
        }
    }

    @Test
    void aPasswordLetsIn() {
        try (EmbeddedRedis server = EmbeddedRedis.start("--requirepass", "s3cret")) {
            RedisConfig right = config(server.address(), Optional.empty(), Optional.of("s3cret"), Optional.empty());
            RedisConfig wrong = config(server.address(), Optional.empty(), Optional.of("guess-of-it"),
                    Optional.empty());

            assertThat(timeSeenBy(right), is(greaterThan(0L)));
            var refusal = assertThrows(StoreUnavailableException.class, () -> timeSeenBy(wrong));
            assertThat(refusal.getMessage(), not(containsString("guess-of-it")));
        }
    }

    @Test
    void anAclUserIsLetInWithItsPassword() {
        try (EmbeddedRedis server = EmbeddedRedis.start("--user", "app", "on", ">s3cret", "~*", "&*", "+@all",
                "--user", "default", "off")) {
            RedisConfig app = config(server.address(), Optional.of("app"), Optional.of("s3cret"), Optional.empty());

            assertThat(timeSeenBy(app), is(greaterThan(0L)));
        }
    }

    @Test
    void tlsWithATrustedCertificateLetsInAndWithoutItDoesNot() throws Exception {
        makeKeyPair();
        int port = freePort();
        try (EmbeddedRedis server = EmbeddedRedis.start("--tls-port", Integer.toString(port),
                "--tls-cert-file", folder.resolve("cert.pem").toString(),
                "--tls-key-file", folder.resolve("key.pem").toString(),
                "--tls-ca-cert-file", folder.resolve("cert.pem").toString(), "--tls-auth-clients", "no")) {
            var tls = URI.create("rediss://127.0.0.1:" + port);

            assertThat(timeSeenBy(config(tls, Optional.empty(), Optional.empty(),
                    Optional.of(folder.resolve("cert.pem")))), is(greaterThan(0L)));
            try (var _ = new LogCapture("org.redisson")) {
                assertThrows(StoreUnavailableException.class,
                        () -> timeSeenBy(config(tls, Optional.empty(), Optional.empty(), Optional.empty())));
            }
        }
    }

    /** A self-signed certificate for the loopback address, by the JDK's own tool. */
    private void makeKeyPair() throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-keystore", store.toString(), "-storepass", "changeit", "-alias", "redis",
                "-keyalg", "EC", "-dname", "CN=redis", "-ext", "san=ip:127.0.0.1", "-validity", "1")
                .redirectErrorStream(true).start();
        String output = new String(keytool.getInputStream().readAllBytes(), US_ASCII);
        assertThat(output, keytool.waitFor(), is(0));
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        pem("cert.pem", "CERTIFICATE", keys.getCertificate("redis").getEncoded());
        pem("key.pem", "PRIVATE KEY", keys.getKey("redis", "changeit".toCharArray()).getEncoded());
    }

    private void pem(String name, String label, byte[] bytes) throws IOException {
        Files.writeString(folder.resolve(name), "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                + "\n-----END " + label + "-----\n");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void trustThatCannotBeReadIsRefusedWithItsName() {
        Path missing = folder.resolve("missing.pem");

        var refusal = assertThrows(IllegalArgumentException.class, () -> RedisClient.open(
                config(URI.create("rediss://127.0.0.1:1"), Optional.empty(), Optional.empty(), Optional.of(missing))));

        assertThat(refusal.getMessage(), containsString("mcp.store.redis.trust-certificates"));
        assertThat(refusal.getMessage(), containsString(missing.toString()));
    }

    @Test
    void trustInNobodyIsRefusedAtOnceAndNotWhenTheFirstRequestComes() throws IOException {
        Path nobody = Files.createFile(folder.resolve("nobody.pem"));

        var refusal = assertThrows(IllegalArgumentException.class, () -> RedisClient.open(
                config(URI.create("rediss://127.0.0.1:1"), Optional.empty(), Optional.empty(), Optional.of(nobody))));

        assertThat(refusal.getMessage(), containsString("mcp.store.redis.trust-certificates"));
    }

    @Test
    void theTextOfASettingHoldsNoPassword() {
        var config = config(URI.create("redis://user:hidden@127.0.0.1:6379"), Optional.of("app"),
                Optional.of("s3cret"), Optional.empty());

        assertThat(config.toString(), not(containsString("s3cret")));
        assertThat(config.toString(), not(containsString("hidden")));
        assertThat(config.toString(), containsString("127.0.0.1:6379"));
    }
}
