package io.mcpsession.redis;

import io.mcpsession.session.Lookup;
import io.mcpsession.session.Place;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionNotes;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SessionStoreContract;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.oneOf;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.startsWith;

/** The contract in the layout of the original system, and what its processes and redis-cli see. */
class HashSessionStoreTest extends SessionStoreContract {

    private final RedisConfig config = TestRedis.config(Layout.HASH);
    private final String prefix = config.keyPrefix();
    private final RedisCalls calls = TestRedis.calls(TestRedis.client(), Layout.HASH);
    private final RawRedis raw = TestRedis.raw();
    private final RedisTime time = RedisTime.of(clock);
    private final SessionStore store = storeWithin(LIMITS);
    private final SessionNotes notes = new RedisNotes(calls, config, LIMITS, time);

    @BeforeEach
    void letTimeMove() {
        TimeMachine.follow(clock, raw, prefix + ":");
    }

    @Override
    public SessionStore store() {
        return store;
    }

    @Override
    public SessionStore storeWithin(SessionLimits limits) {
        return new RedisSessionStore(calls, config, limits, RedisTime.of(clock));
    }

    @Override
    public void storeSomethingIn(SessionId id) {
        notes.put(id, "name", "text");
    }

    private String key(SessionId id) {
        return prefix + ":session:" + id.value();
    }

    private List<String> keys() {
        return raw.texts("KEYS", prefix + ":*");
    }

    private long ttl(String key) {
        return raw.number("PTTL", key);
    }

    @Test
    void theCommandsOfTheOriginalDocumentShowEachSession() {
        SessionId id = opened(ALICE);
        SessionId other = opened(BOB);
        clock.advance(Duration.ofMinutes(5));
        store.touch(id);
        store.end(opened(BOB), REVOKED);

        assertThat(Set.copyOf(raw.texts("KEYS", prefix + ":session:*")), is(Set.of(key(id), key(other))));
        assertThat(raw.texts("HGETALL", key(id)).subList(0, 6), contains("userId", "alice",
                "created", Long.toString(id.createdMillis()), "lastActivity", Long.toString(clock.millis())));
        assertThat(raw.number("TTL", key(id)), is(allOf(greaterThan(595L), lessThanOrEqualTo(600L))));
        assertThat(raw.number("TTL", key(other)), is(allOf(greaterThan(295L), lessThanOrEqualTo(300L))));
        assertThat(raw.text("HGET", key(other), "userId"), is("bob"));
    }

    @Test
    void allKeysOfASessionAreWhereTheDocumentationSays() {
        SessionId id = opened(ALICE);
        SessionId ended = opened(ALICE);
        store.end(ended, REVOKED);
        notes.put(id, "name", "text");
        Place talk = Place.conversation("talk");
        store.anchor(talk, Optional.of(id), Optional.empty(), ALICE, OPENING);

        assertThat(keys().stream().sorted().toList(), contains(Stream.of(
                prefix + ":events",
                prefix + ":expiry",
                prefix + ":at:" + ALICE.fingerprint(),
                prefix + ":at:" + ALICE.fingerprint() + ":" + talk.fingerprint(),
                prefix + ":gone:" + ended.value(),
                prefix + ":notes:" + id.value(),
                key(id),
                prefix + ":user:" + ALICE.fingerprint(),
                prefix + ":user:" + ALICE.fingerprint() + ":clients").sorted().toArray(String[]::new)));
    }

    @Test
    void everyKeyEndsByItself() {
        notes.put(opened(ALICE), "name", "text");
        store.end(opened(ALICE), REVOKED);
        store.end(ids.mint(BOB), REVOKED);
        store.anchor(Place.conversation("talk"), Optional.empty(), Optional.of(ids.mint(BOB)), BOB, OPENING);

        assertThat(keys(), is(not(empty())));
        assertThat(keys().stream().map(this::ttl).toList(),
                everyItem(allOf(greaterThan(0L), lessThanOrEqualTo(LIFETIME.plusHours(1).toMillis()))));
    }

    @Test
    void everyVerbOnASessionIsOneCommand() {
        SessionId id = opened(ALICE);
        store.resume(id, ALICE);
        long before = raw.commandCounts().get("evalsha");

        store.resume(id, ALICE);
        store.resume(id, BOB);
        store.find(id);
        store.touch(id);

        assertThat(raw.commandCounts().get("evalsha") - before, is(4L));
    }

    @Test
    void aSessionUsedManyTimesASecondIsWrittenOnceASecond() {
        SessionId id = opened(ALICE);
        long before = raw.commandCounts().get("hset");

        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofMillis(99));
            store.resume(id, ALICE);
        }

        assertThat(raw.commandCounts().get("hset") - before, is(1L));
    }

    @Test
    void notesEndWithTheirSessionThoughNobodySweeps() {
        SessionId id = opened(ALICE);
        notes.put(id, "name", "text");
        String key = prefix + ":notes:" + id.value();
        clock.advance(Duration.ofMinutes(9));

        store.touch(id);

        assertThat(ttl(key), is(allOf(greaterThan(IDLE.toMillis() - 5000), lessThanOrEqualTo(IDLE.toMillis()))));
        assertThat(notes.list(id), is(Map.of("name", "text")));
        clock.advance(IDLE);
        assertThat(notes.list(id), is(Map.of()));
        assertThat(raw.texts("KEYS", prefix + ":notes:*"), is(empty()));
    }

    @Test
    void endingASessionDropsItsNotes() {
        SessionId id = opened(ALICE);
        notes.put(id, "name", "text");
        SessionId another = opened(ALICE);
        notes.put(another, "name", "text");

        store.end(id, REVOKED);
        store.endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(raw.texts("KEYS", prefix + ":notes:*"), is(empty()));
    }

    @Test
    void theIndexHealsWhenRedisHasExpiredSessions() {
        SessionId expired = opened(ALICE);
        SessionId alive = opened(ALICE);
        raw.call("PEXPIRE", key(expired), "1");
        eventually(() -> store.find(expired), is(Lookup.Absent.INSTANCE));

        assertThat(listed(ALICE), is(List.of(alive)));

        assertThat(raw.texts("ZRANGE", prefix + ":user:" + ALICE.fingerprint(), "0", "-1"), is(List.of(alive.value())));
    }

    @Test
    void everySessionIsCountedHoweverManyThereAre() {
        for (int i = 0; i < 2500; i++) {
            opened(i % 2 == 0 ? ALICE : BOB);
        }

        assertThat(store.count(), is(2500L));
    }

    @Test
    void whatRedisHasExpiredIsReclaimedOnce() {
        opened(ALICE);
        var reclaimer = new Reclaimer(calls, config, time, () -> { });
        assertThat(reclaimer.reclaim(), is(0));
        clock.advance(IDLE);

        assertThat(reclaimer.reclaim(), is(1));
        raw.call("DEL", prefix + ":reclaim");
        assertThat(reclaimer.reclaim(), is(0));

        reclaimer.close();
    }

    @Test
    void aUsualSessionIsKeptCompact() {
        SessionId id = opened(ALICE);

        // Redis 7 calls it listpack.
        assertThat(raw.text("OBJECT", "ENCODING", key(id)), is(oneOf("ziplist", "listpack")));
    }

    @Test
    void anUpdateLeavesNothingOfALongerValue() {
        Session session = created(ALICE);
        Session longer = session.with("note", "x".repeat(500));
        store.update(session.id(), _ -> longer);
        assertThat(store.find(session.id()), is(new Lookup.Live(longer)));
        assertThat(raw.texts("HKEYS", key(session.id())), hasItem(startsWith("attributes+2")));

        store.update(session.id(), _ -> session);

        assertThat(store.find(session.id()), is(new Lookup.Live(session)));
        assertThat(raw.texts("HKEYS", key(session.id())).stream().filter(it -> it.startsWith("attributes+2")).toList(),
                is(empty()));
    }

    @Test
    void anUpdateLeavesFieldsOfANewerReplicaAlone() {
        SessionId id = opened(ALICE);
        raw.call("HSET", key(id), "later", "2");

        store.update(id, it -> it.with("logLevel", "error"));

        assertThat(raw.text("HGET", key(id), "later"), is("2"));
    }
}
