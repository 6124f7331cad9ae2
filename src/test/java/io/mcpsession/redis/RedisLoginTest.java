package io.mcpsession.redis;

import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.testing.Certificates;
import io.mcpsession.testing.LogCapture;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.redisson.api.RedissonClient;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Who the server is to Redis, when that is said by files or by a certificate. */
class RedisLoginTest {

    @TempDir
    private Path folder;

    private RedisConfig config(URI address) {
        return RedisConfig.single(address, TestRedis.TIMEOUT, 4, "acl", 1, Layout.MAP_CACHE);
    }

    private static long time(RedissonClient client, RedisConfig config) {
        return new RedisCalls(client, config, (_, _, _) -> { }).number(LuaScript.TIME, List.of(), "");
    }

    private RedisLogin files(String user, String password) throws IOException {
        Path userFile = Files.writeString(folder.resolve("user"), user + "\n");
        Path passwordFile = Files.writeString(folder.resolve("password"), password + "\n");
        return new RedisLogin(Optional.empty(), Optional.empty(), Optional.of(userFile), Optional.of(passwordFile));
    }

    @Test
    void aPasswordThatChangesInItsFileIsTakenUpWithoutARestart() throws IOException {
        try (RedisProcess server = RedisProcess.server(folder.resolve("server"), RedisProcess.freePort())) {
            AclRule.teach(server, Topology.SINGLE, "acl");
            RedisConfig config = config(server.address()).as(files(AclRule.USER, AclRule.PASSWORD));
            RedissonClient client = RedisClient.open(config);
            try {
                RedisCalls calls = new RedisCalls(client, config, (_, _, _) -> { });
                assertThat(calls.number(LuaScript.TIME, List.of(), ""), is(greaterThan(0L)));

                String before = authentications(server);
                server.ask("ACL", "SETUSER", AclRule.USER, ">next-secret");
                Files.writeString(folder.resolve("password"), "next-secret");
                // Connections that stand log in again; only then may the old password go.
                eventually(() -> authentications(server), is(not(before)));
                server.ask("ACL", "SETUSER", AclRule.USER, "<" + AclRule.PASSWORD);
                server.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");

                eventually(() -> answers(calls), is(true));
            } finally {
                client.shutdown();
            }
        }
    }

    private static boolean answers(RedisCalls calls) {
        try {
            return calls.number(LuaScript.TIME, List.of(), "") > 0;
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    private static String authentications(RedisProcess server) {
        return ((String) server.ask("INFO", "commandstats")).lines().filter(line -> line.startsWith("cmdstat_auth"))
                .findFirst().orElse("");
    }

    @Test
    void aFileThatIsNotThereIsRefusedWithItsName() {
        Path missing = folder.resolve("missing");
        var login = new RedisLogin(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(missing));

        var refusal = assertThrows(IllegalArgumentException.class,
                () -> RedisClient.open(config(URI.create("redis://127.0.0.1:1")).as(login)));

        assertThat(refusal.getMessage(), containsString("mcp.store.redis.password-file"));
        assertThat(refusal.getMessage(), containsString(missing.toString()));
    }

    @Test
    void theTextOfALoginHoldsNoPassword() {
        assertThat(RedisLogin.of(Optional.of("mcp"), Optional.of("hush")).toString(), not(containsString("hush")));
    }

    @Test
    void aRedisThatAsksForACertificateIsShownOne() throws IOException {
        Certificates certificates = new Certificates(folder);
        Certificates.Pair authority = certificates.authority("authority");
        Certificates.Pair redis = certificates.signed("authority", "redis", "ip:127.0.0.1");
        Certificates.Pair own = certificates.signed("authority", "mcp", "dns:mcp");
        int port = RedisProcess.freePort();
        try (EmbeddedRedis _ = redisAskingForCertificates(port, redis, authority)) {
            RedisConfig trusting = config(URI.create("rediss://127.0.0.1:" + port))
                    .over(RedisTls.trusting(authority.certificate()));
            RedisConfig showing = trusting.over(new RedisTls(Optional.of(authority.certificate()),
                    Optional.of(own.certificate()), Optional.of(own.key())));
            RedissonClient known = RedisClient.open(showing);
            RedissonClient unknown = RedisClient.open(trusting);
            try (var _ = new LogCapture("org.redisson")) {
                assertThat(time(known, showing), is(greaterThan(0L)));
                assertThrows(StoreUnavailableException.class, () -> time(unknown, trusting));
            } finally {
                known.shutdown();
                unknown.shutdown();
            }
        }
    }

    @Test
    void certificatesThatAreReplacedAreUsedWithTheNextConnections() throws IOException {
        Certificates certificates = new Certificates(folder);
        Certificates.Pair before = certificates.authority("before");
        Certificates.Pair after = certificates.authority("after");
        Certificates.Pair redisBefore = certificates.signed("before", "redis-before", "ip:127.0.0.1");
        Certificates.Pair redisAfter = certificates.signed("after", "redis-after", "ip:127.0.0.1");
        Certificates.Pair ownBefore = certificates.signed("before", "own-before", "dns:mcp");
        Certificates.Pair ownAfter = certificates.signed("after", "own-after", "dns:mcp");
        Path trust = Files.copy(before.certificate(), folder.resolve("trust.pem"));
        Path certificate = Files.copy(ownBefore.certificate(), folder.resolve("own.pem"));
        Path key = Files.copy(ownBefore.key(), folder.resolve("own-key.pem"));
        int port = RedisProcess.freePort();
        RedisConfig config = config(URI.create("rediss://127.0.0.1:" + port))
                .over(new RedisTls(Optional.of(trust), Optional.of(certificate), Optional.of(key)));
        EmbeddedRedis redis = redisAskingForCertificates(port, redisBefore, before);
        RedissonClient client = RedisClient.open(config);
        try (var _ = new LogCapture("org.redisson"); var log = new LogCapture(TlsFiles.class)) {
            RedisCalls calls = new RedisCalls(client, config, (_, _, _) -> { });
            eventually(() -> answers(calls), is(true));

            redis.close();
            Files.writeString(trust, "half a fi");
            redis = redisAskingForCertificates(port, redisAfter, after);
            eventually(() -> log.at(Level.WARNING), hasItem(containsString(trust.toString())));
            for (Map.Entry<Path, Path> file : Map.of(after.certificate(), trust, ownAfter.certificate(), certificate,
                    ownAfter.key(), key).entrySet()) {
                Files.copy(file.getKey(), file.getValue(), StandardCopyOption.REPLACE_EXISTING);
            }

            eventually(() -> answers(calls), is(true));
        } finally {
            client.shutdown();
            redis.close();
        }
    }

    private static EmbeddedRedis redisAskingForCertificates(int port, Certificates.Pair own, Certificates.Pair authority) {
        return EmbeddedRedis.start("--tls-port", Integer.toString(port),
                "--tls-cert-file", own.certificate().toString(), "--tls-key-file", own.key().toString(),
                "--tls-ca-cert-file", authority.certificate().toString(), "--tls-auth-clients", "yes");
    }

    @Test
    void aKeyThatCannotBeReadIsRefusedWithItsSetting() throws IOException {
        Certificates certificates = new Certificates(folder);
        Certificates.Pair own = certificates.authority("own");
        var tls = new RedisTls(Optional.empty(), Optional.of(own.certificate()), Optional.of(own.certificate()));

        var refusal = assertThrows(IllegalArgumentException.class,
                () -> RedisClient.open(config(URI.create("rediss://127.0.0.1:1")).over(tls)));

        assertThat(refusal.getMessage(), containsString("mcp.store.redis.key"));
        assertThat(refusal.getMessage(), containsString("PKCS #8"));
    }
}
