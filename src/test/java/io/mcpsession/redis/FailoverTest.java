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
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.testing.TcpProxy;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.redisson.api.RedissonClient;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;

/** A replica takes the place of a primary, and slots move, while the client goes on. */
@Tag("slow")
class FailoverTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);
    private static final Duration MOST = Duration.ofSeconds(5);

    @TempDir
    private Path folder;
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[16])), new SecureRandom(),
            InstantSource.system());

    /** A client of some servers, and sessions of many users on it. */
    private final class Client implements AutoCloseable {

        private final RedissonClient redisson;
        private final RedisCalls calls;
        private final RedisConfig config;
        private final Endings endings;
        private final SessionStore store;
        private final List<SessionId> living = new ArrayList<>();
        private final List<SessionId> ended = new ArrayList<>();

        Client(RedisConfig config) {
            this.config = config;
            this.redisson = RedisClient.open(config);
            this.calls = new RedisCalls(redisson, config, (_, _, _) -> { });
            this.endings = new Endings(calls, config, LIMITS, RedisTime.server());
            this.store = new RedisSessionStore(calls, config, LIMITS, RedisTime.server(), endings);
            endings.start();
            for (int i = 0; i < 40; i++) {
                living.add(opened("user " + i));
                SessionId id = opened("user " + i);
                store.end(id, Ending.revoked("stolen"));
                ended.add(id);
            }
        }

        SessionId opened(String user) {
            Principal owner = Principal.ofSubject(user);
            return ((Placement.Made) store.create(ids.mint(owner), owner, OPENING)).session().id();
        }

        List<Lookup> found(List<SessionId> some) {
            return some.stream().map(store::find).toList();
        }

        /** How long until each session is answered for again. */
        Duration recovery() {
            long from = System.nanoTime();
            for (SessionId id : living) {
                eventually(() -> unlessUnavailable(() -> store.find(id)), is(not(Optional.<Lookup>empty())));
                eventually(() -> unlessUnavailable(() -> store.touch(id)), is(not(Optional.<Lookup>empty())));
            }
            return Duration.ofNanos(System.nanoTime() - from);
        }

        void assertThatNothingIsLost() {
            assertThat(found(living), everyItem(instanceOf(Lookup.Live.class)));
            assertThat(found(ended), everyItem(is(new Lookup.Ended(Ending.revoked("stolen")))));
        }

        @Override
        public void close() {
            endings.close();
            redisson.shutdown();
        }
    }

    private static <T> Optional<T> unlessUnavailable(Callable<T> verb) throws Exception {
        try {
            return Optional.of(verb.call());
        } catch (StoreUnavailableException e) {
            return Optional.empty();
        }
    }

    private static RedisConfig config(Topology topology, List<URI> addresses, String name) {
        return RedisConfig.single(addresses.getFirst(), TestRedis.TIMEOUT, 8, "acl", 16, Layout.MAP_CACHE)
                .at(topology, addresses, name);
    }

    @Test
    void whatTheSentinelsMakePrimaryIsUsedWithoutARestart() {
        try (RedisSentinels redis = new RedisSentinels(folder);
                Client client = new Client(config(Topology.SENTINEL, redis.addresses(), RedisSentinels.NAME))) {
            redis.servers().getFirst().kill();
            int replica = redis.servers().get(1).port();
            eventually(redis::primaryPort, is(replica));

            assertThat(client.recovery(), is(lessThan(MOST)));
            client.assertThatNothingIsLost();
            client.opened("somebody new");
        }
    }

    @Test
    void theLossOfASentinelIsNoLoss() {
        try (RedisSentinels redis = new RedisSentinels(folder);
                Client client = new Client(config(Topology.SENTINEL, redis.addresses().subList(0, 1),
                        RedisSentinels.NAME))) {
            redis.sentinels().getFirst().kill();
            redis.sentinels().get(1).ask("SENTINEL", "FAILOVER", RedisSentinels.NAME);
            String replica = Integer.toString(redis.servers().get(1).port());
            eventually(() -> ((List<?>) redis.sentinels().get(1).ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME",
                    RedisSentinels.NAME)).get(1), is((Object) replica));

            assertThat(client.recovery(), is(lessThan(MOST)));
            client.assertThatNothingIsLost();
        }
    }

    @Test
    void whatAReplicaHadNotHeardOfIsEndedAgainOnceItIsPrimary() {
        try (RedisSentinels redis = new RedisSentinels(folder);
                TcpProxy link = new TcpProxy(redis.servers().getFirst().port());
                Client client = new Client(config(Topology.SENTINEL, redis.addresses(), RedisSentinels.NAME))) {
            RedisProcess primary = redis.servers().getFirst();
            RedisProcess replica = redis.servers().get(1);
            replica.ask("REPLICAOF", "127.0.0.1", Integer.toString(link.port()));
            eventually(() -> ((String) replica.ask("INFO", "replication")).contains("master_link_status:up"), is(true));
            // From here on it hears of nothing, as with a slow link to it.
            link.holdAll();
            SessionId revoked = client.living.removeFirst();
            client.store.end(revoked, Ending.revoked("at the last moment"));
            primary.kill();
            eventually(redis::primaryPort, is(replica.port()));

            client.recovery();

            eventually(() -> unlessUnavailable(() -> client.store.find(revoked)),
                    is(Optional.<Lookup>of(new Lookup.Ended(Ending.revoked("at the last moment")))));
            assertThat(client.endings.repeated(), is(greaterThan(0L)));
            client.assertThatNothingIsLost();
        }
    }

    @Test
    void aReplicaOfAClusterTakesOverItsShardAndMeanwhileTheOthersServe() {
        try (RedisCluster redis = new RedisCluster(folder);
                Client client = new Client(config(Topology.CLUSTER, redis.addresses().subList(1, 3), ""))) {
            redis.primary(0).kill();
            long elsewhere = client.living.stream().filter(id -> {
                try {
                    return client.store.find(id) instanceof Lookup.Live;
                } catch (StoreUnavailableException e) {
                    return false;
                }
            }).count();
            eventually(() -> ((String) redis.replica(0).ask("ROLE").toString()).contains("master"), is(true));

            assertThat(client.recovery(), is(lessThan(MOST)));
            client.assertThatNothingIsLost();
            assertThat(elsewhere, is(greaterThan(0L)));
        }
    }

    @Test
    void aSlotThatMovesUnderLoadLosesNothing() {
        try (RedisCluster redis = new RedisCluster(folder);
                Client client = new Client(config(Topology.CLUSTER, redis.addresses(), ""))) {
            List<SessionId> opened = new ArrayList<>();
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
                for (int i = 0; !over.get(); i++) {
                    try {
                        opened.add(client.opened("user of the load " + i % 50));
                        client.store.endAll(Principal.ofSubject("user of the load " + (i + 25) % 50), Optional.empty(),
                                Ending.DELETED);
                    } catch (StoreUnavailableException e) {
                        // While a slot moves its sessions are not served; no answer is wrong because of that.
                    }
                }
            }, Thread::startVirtualThread);
            for (int partition : IntStream.range(0, 4).toArray()) {
                int slot = RedisCluster.slotOf(redis.primary(0), "acl:session:{" + partition + "}");
                RedisProcess from = redis.ownerOf(slot, redis.primary(0));
                RedisProcess to = Stream.of(redis.primary(0), redis.primary(1)).filter(one -> one != from).findFirst()
                        .orElseThrow();
                redis.move(slot, from, to, () -> client.living.forEach(id -> {
                    try {
                        assertThat(client.store.find(id), instanceOf(Lookup.Live.class));
                    } catch (StoreUnavailableException e) {
                        // Served again when it has moved.
                    }
                }));
            }
            over.set(true);
            load.join();

            assertThat(client.recovery(), is(lessThan(MOST)));
            client.assertThatNothingIsLost();
            assertThat(opened, is(not(empty())));
            List<Lookup> known = client.found(opened);
            assertThat(known.stream().filter(Lookup.Absent.class::isInstance).count(), is(0L));
        }
    }

    /** How far a server has come in what its primary writes. */
    private static String offset(RedisProcess server) {
        return ((String) server.ask("INFO", "replication")).lines()
                .filter(line -> line.startsWith("master_repl_offset:")).findFirst().orElseThrow();
    }

    @Test
    void amongReplicatedServersTheOneThatSaysSoIsPrimary() {
        try (RedisProcess one = RedisProcess.server(folder.resolve("one"), RedisProcess.freePort());
                RedisProcess other = RedisProcess.server(folder.resolve("other"), RedisProcess.freePort(),
                        "--replicaof", "127.0.0.1", Integer.toString(one.port()));
                Client client = new Client(config(Topology.REPLICATED, List.of(one.address(), other.address()), ""))) {
            eventually(() -> offset(other), is(offset(one)));
            one.kill();
            other.ask("REPLICAOF", "NO", "ONE");

            assertThat(client.recovery(), is(lessThan(MOST)));
            client.assertThatNothingIsLost();
        }
    }
}
