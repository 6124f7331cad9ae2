package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SigningKey;
import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.MutableClock;
import io.mcpsession.testing.TcpProxy;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What a Redis says that cannot do what it is asked, and what becomes of it. */
class RedisFaultsTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Opening OPENING = new Opening("2025-11-25", new ClientInfo("x".repeat(60), "1", "{}"));

    @TempDir
    private Path folder;
    private final MutableClock clock = MutableClock.atPresent();
    private RedisProcess server;
    private RedisConfig config;
    private RedissonClient client;
    private final List<RedisFault> heard = new ArrayList<>();
    private RedisCalls calls;
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[16])), new SecureRandom(), clock);

    private RedisCalls calls(RedisConfig settings) {
        return new RedisCalls(client, settings, (_, _, fault) -> fault.ifPresent(heard::add));
    }

    private RedisSessionStore store() {
        return new RedisSessionStore(calls, config, LIMITS, RedisTime.of(clock));
    }

    @BeforeEach
    void start() {
        server = RedisProcess.server(folder.resolve("server"), RedisProcess.freePort());
        config = RedisConfig.single(server.address(), TestRedis.TIMEOUT, 4, "acl", 1, Layout.MAP_CACHE);
        client = RedisClient.open(config);
        calls = calls(config);
    }

    @AfterEach
    void close() {
        client.shutdown();
        server.close();
    }

    private SessionId created() {
        return ((Placement.Made) store().create(ids.mint(ALICE), ALICE, OPENING)).session().id();
    }

    private void refusedFor(RedisFault fault) {
        try (var log = new LogCapture(FaultLog.class.getName())) {
            assertThrows(StoreUnavailableException.class, this::created);
            assertThat(heard, hasItem(fault));
            assertThat(log.at(Level.WARNING), hasItem(containsString("fault=" + fault.label())));
        }
    }

    @Test
    void whenRedisIsFullNothingNewFitsInAndAllElseGoesOn() {
        SessionId used = created();
        SessionId ended = created();
        SessionId expired = created();
        server.ask("CONFIG", "SET", "maxmemory", "1");

        refusedFor(RedisFault.FULL);

        clock.advance(Duration.ofSeconds(30));
        assertThat(store().resume(used, ALICE), instanceOf(Lookup.Live.class));
        assertThat(store().end(ended, Ending.DELETED), instanceOf(Lookup.Live.class));
        assertThat(store().resume(ended, ALICE), is(new Lookup.Ended(Ending.DELETED)));
        clock.advance(Duration.ofMinutes(9).plusSeconds(50));
        assertThat(store().find(used, ALICE), instanceOf(Lookup.Live.class));
        assertThat(store().find(expired, ALICE), is(Lookup.Absent.INSTANCE));
        try (var reclaimer = new Reclaimer(calls, config, RedisTime.of(clock), () -> { })) {
            assertThat(reclaimer.reclaim(), is(1));
        }
        assertThat(store().endAll(ALICE, Optional.empty(), Ending.revoked("stolen")), is(1));
        server.ask("CONFIG", "SET", "maxmemory", "0");
        created();
    }

    @Test
    void aReplicaThatIsAskedToWriteIsToldApart() {
        created();
        server.ask("REPLICAOF", "127.0.0.1", "1");

        refusedFor(RedisFault.READ_ONLY);

        server.ask("REPLICAOF", "NO", "ONE");
        eventually(() -> store().create(ids.mint(ALICE), ALICE, OPENING), instanceOf(Placement.Made.class));
    }

    @Test
    void aReplicaThatAnswersNothingWithoutItsPrimaryIsToldApart() {
        created();
        server.ask("CONFIG", "SET", "replica-serve-stale-data", "no");
        server.ask("REPLICAOF", "127.0.0.1", "1");

        refusedFor(RedisFault.MASTER_DOWN);
    }

    @Test
    void aPrimaryWithTooFewReplicasIsToldApart() {
        created();
        server.ask("CONFIG", "SET", "min-replicas-to-write", "1");

        refusedFor(RedisFault.NO_REPLICAS);
    }

    @Test
    void aMissingCommandOfTheAclRuleIsToldApartFromAWrongPassword() {
        AclRule.teach(server, Topology.SINGLE, "acl");
        server.ask("ACL", "SETUSER", AclRule.USER, "-zadd");
        as(AclRule.PASSWORD);

        refusedFor(RedisFault.PERMISSION);

        as("guessed");
        refusedFor(RedisFault.CREDENTIALS);
    }

    private void as(String password) {
        client.shutdown();
        RedisConfig other = config.as(RedisLogin.of(Optional.of(AclRule.USER), Optional.of(password)));
        client = RedisClient.open(other);
        calls = calls(other);
    }

    @Test
    void aRedisThatWantsAPasswordIsToldApart() {
        created();
        server.ask("CONFIG", "SET", "requirepass", "hush");
        client.shutdown();
        client = RedisClient.open(config);
        calls = calls(config);

        refusedFor(RedisFault.CREDENTIALS);
    }

    @Test
    void aClusterNodeThatServesNoSlotsIsToldApart() {
        try (RedisProcess alone = RedisProcess.server(folder, RedisProcess.freePort(), "--cluster-enabled", "yes")) {
            client.shutdown();
            RedisConfig settings = config.at(alone.address());
            client = RedisClient.open(settings);
            calls = calls(settings);

            refusedFor(RedisFault.CLUSTER_DOWN);
        }
    }

    @Test
    void aRedisThatIsGoneIsToldApartAndThenNotAskedAtAll() {
        created();
        server.kill();

        refusedFor(RedisFault.UNREACHABLE);
        for (int i = 0; i < 10; i++) {
            assertThrows(StoreUnavailableException.class, this::created);
        }

        assertThat(heard, hasItem(RedisFault.NOT_ASKED));
        assertThat(calls.openCircuits(), is(1));
        server.start();
        long back = System.nanoTime();
        eventually(() -> {
            try {
                return Optional.of(created());
            } catch (StoreUnavailableException e) {
                return Optional.empty();
            }
        }, is(not(Optional.empty())));
        assertThat(Duration.ofNanos(System.nanoTime() - back), is(lessThan(Duration.ofSeconds(5))));
    }

    @Test
    void anErrorAboutWhatIsAskedKeepsNobodyAway() {
        SessionId used = created();

        for (int i = 0; i < 10; i++) {
            assertThrows(StoreUnavailableException.class,
                    () -> calls.number(LuaScript.BUS_PUBLISH, List.of("a stream"), "", 10, "no number", "event"));
        }

        assertThat(heard, is(Collections.nCopies(10, RedisFault.COMMAND)));
        assertThat(calls.openCircuits(), is(0));
        assertThat(store().resume(used, ALICE), instanceOf(Lookup.Live.class));
    }

    @Test
    void aPrimaryThatBecameAReplicaIsStillAskedForWhatItKnows() {
        SessionId known = created();
        long before = calls.lastOutage(RedisCalls.NO_KEY);
        server.ask("REPLICAOF", "127.0.0.1", "1");

        for (int i = 0; i < 6; i++) {
            assertThrows(StoreUnavailableException.class, this::created);
        }

        assertThat(heard, is(Collections.nCopies(6, RedisFault.READ_ONLY)));
        assertThat(calls.openCircuits(), is(0));
        assertThat(store().find(known, ALICE), instanceOf(Lookup.Live.class));
        assertThat("what it was told last may be lost", calls.lastOutage(RedisCalls.NO_KEY) > before);
    }

    @Test
    void whatWasAskedSaysNothingOfRedis() {
        var failure = new RedisException("ERR value is not an integer. channel: [id: 0x1, L:/127.0.0.1:1] "
                + "command: (EVALSHA), params: [LOADING, OOM , closed]");

        assertThat(RedisFault.of(failure), is(RedisFault.COMMAND));
    }

    @Test
    void whatKeepsAllFromRedisIsToldFromWhatIsWrongWithOneCommand() {
        var outages = Stream.of("BUSY Redis is busy running a script. You can only call SCRIPT KILL",
                "LOADING Redis is loading the dataset in memory", "ERR max number of clients reached",
                "NOAUTH Authentication required.").map(RedisException::new).map(RedisFault::of)
                .map(RedisFault::isOutage).toList();
        var errors = Stream.of("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist",
                "OOM command not allowed when used memory > 'maxmemory'.", "READONLY You can't write against a read only",
                "ERR Error running script (call to f_1): @user_script:256: too many results to unpack",
                "WRONGTYPE Operation against a key holding the wrong kind of value",
                "CROSSSLOT Keys in request don't hash to the same slot", "NOSCRIPT No matching script",
                "NOPERM this user has no permissions", "TRYAGAIN Multiple keys request during rehashing of slot")
                .map(RedisException::new).map(RedisFault::of).map(RedisFault::isOutage).toList();

        assertThat(outages, everyItem(is(true)));
        assertThat(errors, everyItem(is(false)));
    }

    @Test
    void loadingIsToldApartByWhatRedisSays() {
        var failures = Stream.of("LOADING Redis is loading the dataset in memory",
                "MASTERDOWN Link with MASTER is down", "TRYAGAIN Multiple keys request during rehashing of slot",
                "CLUSTERDOWN The cluster is down").map(IllegalStateException::new).map(RedisFault::of).toList();

        assertThat(failures, is(List.of(RedisFault.LOADING, RedisFault.MASTER_DOWN, RedisFault.MOVING,
                RedisFault.CLUSTER_DOWN)));
    }

    @Test
    void aReasonIsFoundBelowTheFailureToConnect() {
        var failure = new IllegalStateException("Unable to connect to Redis server: 127.0.0.1:1",
                new IllegalStateException("WRONGPASS invalid username-password pair"));

        assertThat(RedisFault.of(failure), is(RedisFault.CREDENTIALS));
    }

    @Test
    void anEndingThatIsAnsweredLateIsNotRepeated() {
        try (TcpProxy slow = new TcpProxy(server.port())) {
            RedisConfig settings = config.at(URI.create("redis://127.0.0.1:" + slow.port()));
            client.shutdown();
            client = RedisClient.open(settings);
            calls = calls(settings);
            SessionId id = created();
            store().end(created(), Ending.DELETED);
            slow.delay(350);

            // The second of two would have found that there was nothing to end.
            assertThat(store().end(id, Ending.DELETED), instanceOf(Lookup.Live.class));
        }
    }

    @Test
    void endingsThatRedisForgotAreRepeated() {
        SessionId kept = created();
        SessionId ended = created();
        var endings = new Endings(calls, config, LIMITS, RedisTime.of(clock));
        var store = new RedisSessionStore(calls, config, LIMITS, RedisTime.of(clock), endings);
        try (endings; RawRedis raw = server.raw()) {
            Partition partition = Partitions.of(config).of(ended);
            store.end(ended, Ending.revoked("stolen"));
            // As a replica that had heard of nothing since.
            raw.call("DEL", partition.tombstoneOf(ended));
            store.create(ended, ALICE, OPENING);
            assertThat(store.resume(ended, ALICE), instanceOf(Lookup.Live.class));

            endings.start();

            eventually(() -> store.resume(ended, ALICE), is(new Lookup.Ended(Ending.revoked("stolen"))));
            // Counted once the answer is there, which is after everybody sees the end.
            eventually(endings::repeated, is(1L));
            assertThat(store.resume(kept, ALICE), instanceOf(Lookup.Live.class));
        }
    }
}
