package io.mcpsession.redis;

import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SigningKey;
import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.testing.LogCapture;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

class SharedSigningKeysTest {

    private static final Principal ALICE = new Principal("https://issuer.example", "alice");

    private static final Duration PERIOD = Duration.ofMillis(20);

    private final RedisConfig config = TestRedis.config();
    private final RawRedis raw = TestRedis.raw();
    private final List<SharedSigningKeys> opened = new ArrayList<>();

    private SharedSigningKeys replica(RedissonClient client) {
        var keys = new SharedSigningKeys(TestRedis.calls(client), config, new SecureRandom(), PERIOD);
        opened.add(keys);
        return keys;
    }

    @AfterEach
    void close() {
        opened.forEach(SharedSigningKeys::close);
    }

    private static SessionIds idsOf(SharedSigningKeys keys) {
        return new SessionIds(keys, new SecureRandom(), InstantSource.system());
    }

    private String key() {
        return config.keyPrefix() + ":signing-key";
    }

    @Test
    void twoReplicasAgreeOnOneKey() {
        SharedSigningKeys first = replica(TestRedis.client());
        SharedSigningKeys second = replica(TestRedis.otherClient());

        SessionId id = idsOf(first).mint(ALICE);

        assertThat(idsOf(second).proves(id, ALICE), is(true));
        assertThat(second.current(), is(first.current()));
    }

    @Test
    void replicasThatStartTogetherAgreeOnOneKey() throws Exception {
        List<SharedSigningKeys> replicas = IntStream.range(0, 20)
                .mapToObj(i -> replica(i % 2 == 0 ? TestRedis.client() : TestRedis.otherClient()))
                .toList();

        Set<SigningKey> keys;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<SigningKey>> questions = replicas.stream()
                    .map(replica -> (Callable<SigningKey>) () -> replica.current().getFirst())
                    .toList();
            keys = executor.invokeAll(questions).stream().map(Future::resultNow).collect(Collectors.toSet());
        }

        assertThat(keys, hasSize(1));
    }

    @Test
    void theKeysAreTheSameListUntilTheyChange() {
        SharedSigningKeys keys = replica(TestRedis.client());

        assertThat(keys.current(), is(sameInstance(keys.current())));
    }

    @Test
    void deploymentsWithDifferentPrefixesHaveDifferentKeys() {
        RedisConfig other = TestRedis.config();
        try (var keys = new SharedSigningKeys(TestRedis.calls(TestRedis.client()), other, new SecureRandom())) {
            assertThat(keys.current(), is(not(replica(TestRedis.client()).current())));
        }
    }

    @Test
    void whenRedisLosesTheKeyTheFirstReplicaPutsItsOwnBackAndIdsStayGoodOnBoth() {
        SharedSigningKeys first = replica(TestRedis.client());
        SharedSigningKeys second = replica(TestRedis.otherClient());
        SessionId before = idsOf(first).mint(ALICE);
        second.current();
        String shared = raw.text("GET", key());

        raw.call("DEL", key());
        first.start();

        eventually(() -> raw.text("GET", key()), is(shared));
        second.start();
        SessionId after = idsOf(second).mint(ALICE);
        for (SharedSigningKeys replica : List.of(first, second, replica(TestRedis.client()))) {
            assertThat(idsOf(replica).proves(before, ALICE), is(true));
            assertThat(idsOf(replica).proves(after, ALICE), is(true));
        }
    }

    @Test
    void whenANewcomersKeyWinsAReplicaSignsWithThatAndStillVerifiesItsOwn() {
        SharedSigningKeys old = replica(TestRedis.client());
        SessionId before = idsOf(old).mint(ALICE);
        raw.call("DEL", key());
        SharedSigningKeys newcomer = replica(TestRedis.otherClient());
        newcomer.current();

        old.start();

        eventually(() -> old.current().getFirst(), is(newcomer.current().getFirst()));
        assertThat(idsOf(old).proves(before, ALICE), is(true));
        assertThat(idsOf(newcomer).proves(idsOf(old).mint(ALICE), ALICE), is(true));
    }

    @Test
    void whatIsNoKeyIsNotUsedAndMakesWayForTheOneThatWasShared() {
        SharedSigningKeys keys = replica(TestRedis.client());
        SessionId before = idsOf(keys).mint(ALICE);
        String shared = raw.text("GET", key());
        raw.call("SET", key(), "not base64!");
        try (var log = new LogCapture(UnreadableRecords.class)) {
            keys.start();

            eventually(() -> raw.text("GET", key()), is(shared));

            eventually(() -> log.at(Level.WARNING), hasSize(1));
            assertThat(log.at(Level.WARNING), not(hasItem(containsString("base64!"))));
            assertThat(idsOf(keys).proves(before, ALICE), is(true));
            assertThat(replica(TestRedis.otherClient()).current(), is(keys.current()));
        }
    }

    @Test
    void whileRedisHangsNoCallerWaitsForTheOthers() throws Exception {
        try (EmbeddedRedis server = EmbeddedRedis.start()) {
            RedissonClient client = RedisClient.open(TestRedis.config(server.address()));
            try (var keys = new SharedSigningKeys(TestRedis.calls(client), config, new SecureRandom(), PERIOD);
                 var raw = new RawRedis(server.address());
                 var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                raw.call("CLIENT", "PAUSE", "5000");
                keys.start();

                List<Future<Duration>> waits = IntStream.range(0, 20).mapToObj(_ -> executor.submit(() -> {
                    long start = System.nanoTime();
                    assertThrows(StoreUnavailableException.class, keys::current);
                    return Duration.ofNanos(System.nanoTime() - start);
                })).toList();

                for (Future<Duration> wait : waits) {
                    assertThat(wait.get(), is(lessThan(Duration.ofSeconds(2))));
                }
            } finally {
                client.shutdown();
            }
        }
    }
}
