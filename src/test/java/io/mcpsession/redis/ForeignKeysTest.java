package io.mcpsession.redis;

import io.mcpsession.limit.Rate;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.relay.EventLog;
import io.mcpsession.relay.SessionEvent;
import io.mcpsession.relay.SessionFeed;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Creation;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Place;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.RequestId;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionLimits.WhenFull;
import io.mcpsession.session.SessionNotes.Outcome;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.LogCapture;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** Keys of this server that hold something of another type, or what nobody can read: they count as absent and make way. */
@Timeout(60)
class ForeignKeysTest {

    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Principal BOB = Principal.ofSubject("bob");
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);
    private static final SessionLimits LIMITS =
            new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24), 3, WhenFull.EVICT_OLDEST, Long.MAX_VALUE);

    private final RawRedis raw = TestRedis.raw();
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[32])), new SecureRandom(),
            Clock.systemUTC());
    private RedisConfig config = TestRedis.config();
    private RedisCalls calls = TestRedis.calls(TestRedis.client());
    private RedisSessionStore store = new RedisSessionStore(calls, config, LIMITS, RedisTime.server());

    private void in(Layout layout) {
        config = TestRedis.config(layout);
        calls = TestRedis.calls(TestRedis.client(), layout);
        store = new RedisSessionStore(calls, config, LIMITS, RedisTime.server());
    }

    private Partition of(SessionId id) {
        return Partitions.of(config).of(id);
    }

    private SessionId opened(Principal owner) {
        return ((Placement.Made) store.create(ids.mint(owner), owner, OPENING)).session().id();
    }

    private List<SessionId> listed(Principal owner) {
        return store.list(owner, Optional.empty(), 10).sessions().stream().map(Session::id).toList();
    }

    /** Neither a hash nor a set nor a stream. */
    private void spoil(String key) {
        raw.call("DEL", key);
        raw.call("SET", key, "s3cret");
    }

    /** What is a text elsewhere. */
    private void spoilText(String key) {
        raw.call("DEL", key);
        raw.call("HSET", key, "s3cret", "1");
    }

    @ParameterizedTest
    @EnumSource
    void theIndexOfAUserIsMadeAnewFromHisSessions(Layout layout) {
        in(layout);
        List<SessionId> his = List.of(opened(ALICE), opened(ALICE), opened(ALICE));
        opened(BOB);
        String index = of(his.getFirst()).indexOf(ALICE);

        spoil(index);
        assertThat(listed(ALICE), containsInAnyOrder(his.toArray()));
        spoil(index);
        assertThat(store.count(ALICE), is(3L));
        spoil(index);
        assertThat(((Placement.Made) store.create(ids.mint(ALICE), ALICE, OPENING)).evicted(), is(1));
        spoil(index);
        assertThat(store.anchor(Place.conversation("chat"), Optional.empty(), Optional.of(ids.mint(ALICE)), ALICE, OPENING),
                is(instanceOf(Placement.Made.class)));
        spoil(index);
        assertThat(store.endAll(ALICE, Optional.empty(), Ending.revoked("stolen")), is(3));

        assertThat(listed(ALICE), is(List.of()));
        assertThat(listed(BOB), hasSize(1));
    }

    @ParameterizedTest
    @EnumSource
    void whatLayThereIsKeptForADayUnderAnotherName(Layout layout) {
        in(layout);
        SessionId id = opened(ALICE);
        String index = of(id).indexOf(ALICE);
        spoil(index);

        assertThat(listed(ALICE), is(List.of(id)));

        assertThat(raw.text("GET", index + ":unreadable"), is("s3cret"));
        assertThat(raw.number("TTL", index + ":unreadable") > 86_000, is(true));
        assertThat(raw.number("TTL", index) > 86_000, is(true));
    }

    @ParameterizedTest
    @EnumSource
    void anEndIsToldAsOneWhateverLiesInItsPlaces(Layout layout) {
        in(layout);
        SessionId first = opened(ALICE);
        SessionId second = opened(ALICE);
        spoil(of(first).log());
        spoil(of(first).indexOf(ALICE));
        spoilText(of(first).tombstoneOf(first));

        assertThat(store.endLive(first, Ending.DELETED), is(instanceOf(Lookup.Live.class)));

        assertThat(store.find(first), is(new Lookup.Ended(Ending.DELETED)));
        assertThat(listed(ALICE), is(List.of(second)));
        assertThat(raw.number("XLEN", of(first).log()), is(2L));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCountedOfAUserIsCountedAnew(Layout layout) {
        in(layout);
        SessionId id = opened(ALICE);
        raw.call("SET", of(id).tombstones() + "of:" + ALICE.fingerprint(), "garbage");
        spoil(of(id).placeOf(ALICE, Place.conversation("chat")).replaceFirst(":[^:]*$", ""));

        assertThat(store.endLive(id, Ending.DELETED), is(instanceOf(Lookup.Live.class)));

        assertThat(store.find(id), is(new Lookup.Ended(Ending.DELETED)));
        assertThat(store.anchor(Place.conversation("chat"), Optional.empty(), Optional.of(ids.mint(ALICE)), ALICE, OPENING),
                is(instanceOf(Placement.class)));
        assertThat(listed(ALICE), hasSize(1));
    }

    @ParameterizedTest
    @EnumSource
    void aBeginningIsToldWhateverLiesInTheLog(Layout layout) {
        in(layout);
        try (RedisSessionFeed feed = new RedisSessionFeed(TestRedis.client(), calls, config, RedisTime.server())) {
            spoil(of(ids.mint(ALICE)).log());
            SessionFeed.Reader reader = feed.read(Optional.empty());
            SessionId id = opened(ALICE);

            assertThat(reader.next(Duration.ofSeconds(5)).stream().map(heard -> heard.event().session()).toList(),
                    is(List.of(id)));

            spoil(of(id).log());
            SessionId later = opened(ALICE);
            SessionFeed.Reader second = feed.read(Optional.empty());
            store.end(later, Ending.DELETED);
            assertThat(second.next(Duration.ofSeconds(5)).getFirst().event().kind(), is(SessionEvent.Kind.ENDED));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatHangsOnASessionMakesWay(Layout layout) {
        in(layout);
        RedisNotes notes = new RedisNotes(calls, config, LIMITS, RedisTime.server());
        RedisSubscriptions subscriptions = new RedisSubscriptions(calls, config, LIMITS, RedisTime.server());
        SessionId id = opened(ALICE);
        String key = of(id).notesOf(id);

        spoil(key);
        assertThat(notes.get(id, "name"), is(Optional.empty()));
        spoil(key);
        assertThat(notes.list(id), is(Map.of()));
        spoil(key);
        assertThat(notes.delete(id, "name"), is(false));
        spoil(key);
        assertThat(notes.put(id, "name", "text"), is(Outcome.STORED));
        assertThat(notes.list(id), is(Map.of("name", "text")));

        spoil(of(id).subscriptionsOf(id));
        assertThat(subscriptions.of(id), is(Set.of()));
        spoil(of(id).subscriptionsOf(id));
        subscriptions.remove(id, "t://a");
        spoil(of(id).subscriptionsOf(id));
        assertThat(subscriptions.add(id, "t://a"), is(true));
        assertThat(subscriptions.of(id), is(Set.of("t://a")));
    }

    @ParameterizedTest
    @EnumSource
    void placesAndRequestsMakeWay(Layout layout) {
        in(layout);
        Place place = Place.conversation("chat");
        Partition keys = Partitions.of(config).of(ALICE);
        spoilText(keys.placeOf(ALICE, place));
        Placement made = store.anchor(place, Optional.empty(), Optional.of(ids.mint(ALICE)), ALICE, OPENING);
        assertThat(store.anchor(place, Optional.empty(), Optional.empty(), ALICE, OPENING),
                is(new Placement.Found(((Placement.Made) made).session())));

        for (String text : List.of("", "garbage")) {
            RequestId request = RequestId.of("request " + text, new byte[] {1});
            String key = keys.requestOf(ALICE, request);
            if (text.isEmpty()) {
                spoilText(key);
            } else {
                raw.call("SET", key, text);
            }
            assertThat(store.create(ids.mint(ALICE), ALICE, OPENING, request), is(instanceOf(Creation.Made.class)));
            assertThat(store.create(ids.mint(ALICE), ALICE, OPENING, request), is(instanceOf(Creation.Repeated.class)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theTimesOfAllSessionsMakeWay(Layout layout) {
        in(layout);
        opened(ALICE);
        spoil(Partitions.of(config).of(ALICE).timeouts());

        SessionId id = opened(ALICE);

        assertThat(store.resume(id, ALICE), is(instanceOf(Lookup.Live.class)));
        assertThat(raw.number("ZCARD", of(id).timeouts()), is(1L));
    }

    @Test
    void aLatchThatWouldNeverOpenDoes() {
        raw.call("SET", Partitions.of(config).all().getFirst().latch(), "for ever");
        try (Reclaimer reclaimer = new Reclaimer(calls, config, RedisTime.server(), () -> { })) {
            reclaimer.reclaim();
        }

        assertThat(raw.number("PTTL", Partitions.of(config).all().getFirst().latch()) > 0, is(true));
    }

    @Test
    void theEventsOfACallAndTheirAccountMakeWay() {
        RedisEventLog log = new RedisEventLog(calls, config, RedisTime.server());
        SessionId id = opened(ALICE);
        String stream = of(id).streams() + id.value() + ":s";
        String account = of(id).streams() + "of:" + ALICE.fingerprint();
        EventLog.Entry entry = new EventLog.Entry(1, "data", true);

        spoil(stream);
        assertThat(log.after(id, "s", 0), is(Optional.empty()));
        spoil(stream);
        spoil(account);
        log.append(id, "s", entry);
        assertThat(log.after(id, "s", 0), is(Optional.of(new EventLog.Replay(List.of(entry), true))));

        raw.call("HSET", account, "another", "garbage", id.value() + ":t", "garbage");
        log.append(id, "t", entry);
        assertThat(log.after(id, "t", 0), is(Optional.of(new EventLog.Replay(List.of(entry), true))));
        raw.call("DEL", stream);
        raw.call("XADD", stream, "7-0", "odd", "text");
        assertThat(log.after(id, "s", 0).orElseThrow().entries(), is(List.of(new EventLog.Entry(7, "text", false))));
    }

    @Test
    void permitsAreThoseOfANewBucket() {
        RedisPermits permits = new RedisPermits(calls, config, RedisTime.server());
        String key = config.keyPrefix() + ":permits:b";
        spoil(key);
        assertThat(permits.take("b", new Rate(1, 5), 5), is(5L));
        for (String odd : List.of("nan", "inf", "-1e300", "text")) {
            raw.call("HSET", key, "permits", odd);
            assertThat(permits.take("b", new Rate(1, 5), 5), is(5L));
        }
    }

    @Test
    void whatIsAwaitedAndTheLedgerMakeWay() throws Exception {
        RedisAwaited awaited = new RedisAwaited(calls, config);
        SessionId id = opened(ALICE);
        spoil(of(id).streams() + id.value() + ":awaited");
        spoil(of(id).streams() + id.value() + ":words");
        assertThat(awaited.begin(id, "a").toCompletableFuture().get(), is(true));
        assertThat(awaited.take(id, "a").toCompletableFuture().get(), is(true));

        RedisSessionLedger ledger = new RedisSessionLedger(calls, config, LIMITS);
        spoil(config.keyPrefix() + ":upstream:" + id.value());
        assertThat(ledger.take(id), is(Map.of()));
        spoil(config.keyPrefix() + ":upstream:" + id.value());
        ledger.note(id, "files", "theirs");
        assertThat(ledger.take(id), is(Map.of("files", "theirs")));
    }

    @Test
    void theBusIsHeardAgain() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        try (RedisBus bus = new RedisBus(TestRedis.client(), calls, config)) {
            bus.follow(event -> heard.add(((BusEvent.SessionsEnded) event.event()).user()));
            spoil(config.keyPrefix() + ":bus");
            bus.start();
            heard(bus, heard, "first");
            spoil(config.keyPrefix() + ":bus");
            // Whoever follows sees to it, though nobody publishes.
            eventually(() -> raw.text("TYPE", config.keyPrefix() + ":bus"), not(is("string")));
            heard(bus, heard, "second");
        }
    }

    private static void heard(RedisBus bus, Queue<String> heard, String user) {
        eventually(() -> {
            bus.publish(new BusEvent.SessionsEnded(user));
            return List.copyOf(heard);
        }, hasItem(user));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no base64!", "c2hvcnQ="})
    void aSigningKeyThatIsNoneMakesWayForOneOnWhichAllAgree(String text) {
        String key = config.keyPrefix() + ":signing-key";
        raw.call("SET", key, text);
        assertThatReplicasAgree();

        spoilText(key);
        assertThatReplicasAgree();
    }

    private void assertThatReplicasAgree() {
        try (var one = new SharedSigningKeys(calls, config, new SecureRandom(), Duration.ofMillis(20));
                var other = new SharedSigningKeys(TestRedis.calls(TestRedis.otherClient()), config, new SecureRandom(),
                        Duration.ofMillis(20))) {
            assertThat(one.current(), hasSize(1));
            assertThat(other.current(), is(one.current()));
        }
    }

    @Test
    void tokensTheirUsesAndTheirRevocationsMakeWay() {
        RedisTokenStore tokens = new RedisTokenStore(TestRedis.client(), calls, config);
        spoil(RevokedTokens.tokens(config));
        spoil(config.keyPrefix() + ":token-uses");
        assertThat(tokens.find("digest"), is(Optional.empty()));
        assertThat(tokens.list(), is(List.of()));
        assertThat(tokens.lastUses(), is(Map.of()));
        raw.call("HSET", config.keyPrefix() + ":token-uses", "t1", "garbage", "t2", "5");
        assertThat(tokens.lastUses().keySet(), is(Set.of("t2")));

        try (RevokedTokens revoked = new RevokedTokens(calls, config)) {
            String key = config.keyPrefix() + ":revoked:{" + RevokedTokens.tokens(config) + "}";
            spoil(key);
            revoked.follow();
            raw.call("ZADD", key, "inf", "a", "-inf", "b");
            revoked.follow();
            spoil(key);
            assertThat(revoked.revoke(List.of("c")), is(0L));
            assertThat(raw.number("ZCARD", key), is(1L));
        }
    }

    @Test
    void itIsToldOnceAndNotWhatItWas() {
        SessionId id = opened(ALICE);
        RedisNotes notes = new RedisNotes(calls, config, LIMITS, RedisTime.server());
        try (var log = new LogCapture(FaultLog.class.getName())) {
            for (int i = 0; i < 3; i++) {
                spoil(of(id).notesOf(id));
                assertThat(notes.list(id), is(Map.of()));
                spoil(of(id).indexOf(ALICE));
                assertThat(listed(ALICE), hasSize(1));
                spoil(of(id).indexOf(ALICE));
                store.create(id, ALICE, OPENING);
            }

            assertThat(log.at(Level.WARNING), hasSize(1));
            assertThat(log.at(Level.WARNING).getFirst(), containsString("fault=wrong-type"));
            Stream.of(id.value(), ALICE.fingerprint(), "s3cret", "alice").forEach(secret ->
                    assertThat(log.at(Level.WARNING).getFirst(), not(containsString(secret))));
        }
    }
}
