package io.mcpsession.redis;

import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Place;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionNotes;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SessionStoreContract;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

/** The contract, and what only Redis can show. */
class MapCacheSessionStoreTest extends SessionStoreContract {

    private final RedisConfig config = TestRedis.config();
    private final RawRedis raw = TestRedis.raw();
    private final SessionStore store = storeOf(TestRedis.client(), RedisTime.of(clock));

    @Override
    public SessionStore store() {
        return store;
    }

    @Override
    public SessionStore storeWithin(SessionLimits limits) {
        return new RedisSessionStore(TestRedis.calls(TestRedis.client()), config, limits, RedisTime.of(clock));
    }

    @Override
    public void storeSomethingIn(SessionId id) {
        notes().put(id, "name", "text");
    }

    private SessionStore storeOf(RedissonClient client, RedisTime time) {
        return new RedisSessionStore(TestRedis.calls(client), config, LIMITS, time);
    }

    private Partition partitionOf(SessionId id) {
        return Partitions.of(config).of(id);
    }

    private List<String> keys() {
        return raw.texts("KEYS", "*" + config.keyPrefix() + ":*");
    }

    @Test
    void anotherReplicaSeesASessionAtOnce() {
        SessionStore other = storeOf(TestRedis.otherClient(), RedisTime.of(clock));

        for (int i = 0; i < 50; i++) {
            Session session = created(ALICE);
            assertThat(other.find(session.id()), is(new Lookup.Live(session)));
            store.end(session.id(), Ending.DELETED);
            assertThat(other.resume(session.id(), ALICE), is(new Lookup.Ended(Ending.DELETED)));
        }
    }

    @Test
    void allKeysOfASessionAreWhereTheDocumentationSays() {
        Session session = created(ALICE);
        SessionId ended = opened(ALICE);
        store.end(ended, Ending.DELETED);
        notes().put(session.id(), "name", "text");

        String prefix = config.keyPrefix();
        String tag = "{" + SessionIds.bucketNumber(SessionIds.bucketOf(ALICE)) % 16 + "}";
        assertThat(keys().stream().sorted().toList(), contains(Stream.of(
                prefix + ":events:" + tag,
                prefix + ":gone:" + tag + ":" + ended.createdMillis() / 3_600_000 + ":" + ended.value().substring(19, 21),
                prefix + ":gone:" + tag + ":" + ended.value(),
                prefix + ":gone:" + tag + ":of:" + ALICE.fingerprint(),
                prefix + ":notes:" + tag + ":" + session.id().value(),
                prefix + ":session:" + tag,
                prefix + ":user:" + tag + ":" + ALICE.fingerprint(),
                "redisson__timeout__set:" + prefix + ":session:" + tag).sorted().toArray(String[]::new)));
    }

    private SessionNotes notes() {
        return new RedisNotes(TestRedis.calls(TestRedis.client()), config, LIMITS,
                RedisTime.of(clock));
    }

    @Test
    void everyKeyEndsByItselfSoThatAnAbandonedDeploymentLeavesNothing() {
        SessionId id = opened(ALICE);
        notes().put(id, "name", "text");
        store.end(opened(ALICE), REVOKED);
        opened(BOB);
        store.end(ids.mint(BOB), REVOKED);
        anchor(Place.conversation("talk"));

        List<Long> ttls = keys().stream().map(key -> raw.number("PTTL", key)).toList();

        assertThat(ttls, is(not(empty())));
        assertThat(ttls, everyItem(allOf(greaterThan(0L), lessThanOrEqualTo(LIFETIME.plusHours(1).toMillis()))));
    }

    @Test
    void keysEndByThemselvesEvenIfTheIdWasMintedByAClockThatIsFarBehind() {
        SessionId id = ids.mint(ALICE);
        clock.advance(LIFETIME.multipliedBy(2));

        store.create(id, ALICE, OPENING);

        assertThat(keys(), is(not(empty())));
        assertThat(keys().stream().map(key -> raw.number("PTTL", key)).toList(), everyItem(greaterThan(0L)));
    }

    @Test
    void aTombstoneOfAnIdFromTheFutureLastsNoLongerThanOthers() {
        var fromTheFuture = new SessionId("mcp-9999999999999-" + ids.mint(ALICE).value().substring(18));

        store.end(fromTheFuture, REVOKED);

        long ttl = raw.number("PTTL", partitionOf(fromTheFuture).tombstoneOf(fromTheFuture));
        assertThat(ttl, is(allOf(greaterThan(0L), lessThanOrEqualTo(LIFETIME.plusHours(1).toMillis()))));
    }

    @Test
    void theKeysOfAPartitionOutliveItsYoungestSession() {
        opened(ALICE);
        clock.advance(Duration.ofHours(20));

        SessionId young = opened(ALICE);

        Partition partition = partitionOf(young);
        for (String key : List.of(partition.sessions(), partition.timeouts(), partition.indexOf(ALICE))) {
            assertThat(raw.number("PTTL", key), is(greaterThan(LIFETIME.toMillis() - 10_000)));
        }
    }

    @Test
    void everyVerbOnASessionIsOneCommand() {
        SessionId id = opened(ALICE);
        SessionId other = opened(ALICE);
        SessionId dead = ids.mint(ALICE);
        warmUp();

        assertOneScriptCallBy(() -> store.create(ids.mint(ALICE), ALICE, OPENING));
        assertOneScriptCallBy(() -> store.resume(id, ALICE));
        assertOneScriptCallBy(() -> store.resume(id, BOB));
        assertOneScriptCallBy(() -> store.resume(ids.mint(ALICE), ALICE));
        assertOneScriptCallBy(() -> store.find(id));
        assertOneScriptCallBy(() -> store.touch(id));
        assertOneScriptCallBy(() -> anchor(Place.formerly(dead.value())));
        assertOneScriptCallBy(() -> store.resume(dead, ALICE));
        assertOneScriptCallBy(() -> store.find(dead, ALICE));
        assertOneScriptCallBy(() -> store.revive(ids.mint(ALICE), ALICE, OPENING));
        assertOneScriptCallBy(() -> store.list(ALICE, Optional.empty(), 10));
        assertOneScriptCallBy(() -> store.end(id, REVOKED));
        assertOneScriptCallBy(() -> store.find(id));
        assertOneScriptCallBy(() -> store.endAll(ALICE, Optional.of(other), REVOKED));
    }

    /** The first use of a script sends its text. */
    private void warmUp() {
        SessionId id = opened(BOB);
        store.find(id);
        store.anchor(Place.conversation("talk"), Optional.of(id), Optional.empty(), BOB, OPENING);
        store.list(BOB, Optional.empty(), 1);
        store.end(id, REVOKED);
        store.endAll(BOB, Optional.empty(), REVOKED);
    }

    private Placement anchor(Place place) {
        return store.anchor(place, Optional.empty(), Optional.of(ids.mint(ALICE)), ALICE, OPENING);
    }

    private void assertOneScriptCallBy(Runnable verb) {
        Map<String, Long> before = raw.commandCounts();

        verb.run();

        Map<String, Long> after = raw.commandCounts();
        assertThat(after.get("evalsha") - before.get("evalsha"), is(1L));
        for (String command : List.of("eval", "script", "exec", "publish")) {
            assertThat(command, after.getOrDefault(command, 0L), is(before.getOrDefault(command, 0L)));
        }
    }

    @Test
    void aSessionUsedManyTimesASecondIsWrittenOnceASecond() {
        SessionId id = opened(ALICE);
        long before = raw.commandCounts().get("zadd");

        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofMillis(99));
            store.resume(id, ALICE);
        }

        assertThat(raw.commandCounts().get("zadd") - before, is(1L));
    }

    @Test
    void theKeyOfAnAliasEndsWithTheSessionItNames() {
        SessionId dead = ids.mint(ALICE);
        anchor(Place.formerly(dead.value()));
        clock.advance(Duration.ofMinutes(9));

        store.resume(dead, ALICE);

        String alias = partitionOf(dead).placeOf(ALICE, Place.formerly(dead.value()));
        assertThat(raw.number("PTTL", alias), is(allOf(greaterThan(IDLE.toMillis() - 5000),
                lessThanOrEqualTo(IDLE.toMillis()))));
    }

    @Test
    void aTouchDoesNotRewriteTheRecord() {
        SessionId id = opened(ALICE);
        long before = raw.commandCounts().get("hset");

        clock.advance(Duration.ofMinutes(5));
        store.touch(id);

        assertThat(raw.commandCounts().get("hset"), is(before));
    }

    @Test
    void expiryIsJudgedByTheClockOfRedisWhateverTheReplicasClockSays() {
        var limits = new SessionLimits(Duration.ofMillis(300), LIFETIME);
        SessionStore real = new RedisSessionStore(TestRedis.calls(TestRedis.client()), config, limits,
                RedisTime.server());
        clock.advance(Duration.ofHours(3));
        SessionId id = ids.mint(ALICE);
        long redisNow = Long.parseLong(raw.texts("TIME").getFirst()) * 1000;

        var made = (Placement.Made) real.create(id, ALICE, OPENING);

        assertThat(made.session().expires().toEpochMilli() - redisNow,
                is(allOf(greaterThan(0L), lessThanOrEqualTo(60_000L))));
        eventually(() -> real.find(id), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void indexEntriesWhoseSessionIsGoneHealThemselves() {
        SessionId stale = opened(ALICE);
        SessionId alive = opened(ALICE);
        Partition partition = partitionOf(stale);
        raw.call("HDEL", partition.sessions(), stale.value());
        raw.call("ZREM", partition.timeouts(), stale.value());

        List<Session> listed = store.list(ALICE, Optional.empty(), 10).sessions();

        assertThat(listed.stream().map(Session::id).toList(), is(List.of(alive)));
        assertThat(raw.texts("ZRANGE", partition.indexOf(ALICE), "0", "-1"), is(List.of(alive.value())));
    }

    @Test
    void anExpiryWhoseRecordIsGoneIsNoSession() {
        SessionId broken = opened(ALICE);
        SessionId alive = opened(ALICE);
        raw.call("HDEL", partitionOf(broken).sessions(), broken.value());

        assertThat(store.find(broken), is(Lookup.Absent.INSTANCE));
        assertThat(store.touch(broken), is(Lookup.Absent.INSTANCE));
        assertThat(store.list(ALICE, Optional.empty(), 10).sessions(), hasSize(1));
        assertThat(store.endAll(ALICE, Optional.empty(), REVOKED), is(1));
        assertThat(store.find(alive), is(new Lookup.Ended(REVOKED)));
        assertThat(store.end(broken, REVOKED), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void endingEverythingLeavesNoKeyButTombstonesAndTheLog() {
        Stream.generate(() -> opened(ALICE)).limit(5).forEach(id -> notes().put(id, "name", "text"));

        store.endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(keys().stream().filter(key -> !key.startsWith(config.keyPrefix() + ":gone:")
                && !key.startsWith(config.keyPrefix() + ":events:")).toList(), is(empty()));
    }

    @Test
    void aPartitionCountNeedNotBeSixteen() {
        for (int partitions : new int[] {1, 64}) {
            RedisConfig other = RedisConfig.single(config.addresses().getFirst(), config.timeout(), 8,
                    config.keyPrefix() + "-" + partitions, partitions, Layout.MAP_CACHE);
            SessionStore spread = new RedisSessionStore(TestRedis.calls(TestRedis.client()), other, LIMITS,
                    RedisTime.of(clock));
            for (int i = 0; i < 200; i++) {
                Principal user = Principal.ofSubject("user " + i);
                spread.create(ids.mint(user), user, OPENING);
            }
            assertThat(spread.count(), is(200L));
            int used = raw.texts("KEYS", other.keyPrefix() + ":session:*").size();
            assertThat(used, is(partitions == 1 ? equalTo(1) : greaterThan(50)));
        }
    }
}
