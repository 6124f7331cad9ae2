package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Place;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

/** What Redis keeps of the clients of sessions that are over, after the reclaimer came by, and how much of it. */
class KnownClientsTest {

    private static final SessionLimits LIMITS =
            new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24), 1000, SessionLimits.WhenFull.REJECT, 100_000);
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Principal BOB = new Principal("https://issuer.example", "bob");
    private static final ClientInfo CLIENT = new ClientInfo("a \"client\",\"attributes\":{", "1", "{\"roots\":{}}");
    private static final Opening RENEWAL = new Opening("2025-11-25", ClientInfo.UNKNOWN);

    private final MutableClock clock = MutableClock.atPresent();
    private final RedisTime time = RedisTime.of(clock);
    private final RawRedis raw = TestRedis.raw();
    private final SessionIds ids =
            new SessionIds(() -> List.of(new SigningKey(new byte[16])), new SecureRandom(), clock);
    private RedisConfig config;
    private SessionStore store;
    private RedisSubscriptions subscriptions;
    private RedisNotes notes;
    private Reclaimer reclaimer;

    private void begin(Layout layout) {
        config = TestRedis.config(layout);
        RedisCalls calls = TestRedis.calls(TestRedis.client(), layout);
        store = new RedisSessionStore(calls, config, LIMITS, time);
        subscriptions = new RedisSubscriptions(calls, config, LIMITS, time);
        notes = new RedisNotes(calls, config, LIMITS, time);
        reclaimer = new Reclaimer(calls, config, time, () -> { });
        if (layout == Layout.HASH) {
            TimeMachine.follow(clock, raw, config.keyPrefix() + ":");
        }
    }

    @AfterEach
    void close() {
        reclaimer.close();
    }

    private SessionId opened(Opening opening) {
        clock.advance(Duration.ofMillis(1));
        return ((Placement.Made) store.create(ids.mint(ALICE), ALICE, opening)).session().id();
    }

    private static Opening of(ClientInfo client) {
        return new Opening("2025-11-25", client, Map.of("secret", "\"log-level\":\"debug\""));
    }

    private static ClientInfo named(String name) {
        return new ClientInfo(name, "1", "{}");
    }

    private void expireAll() {
        clock.advance(LIMITS.idleTtl());
        reclaimer.reclaim();
        Partitions.of(config).all().forEach(each -> raw.call("DEL", each.latch()));
    }

    private Session renewed(SessionId old, Principal caller) {
        return ((Placement.Made) store.anchor(Place.formerly(old.value()), Optional.empty(), Optional.of(ids.mint(caller)),
                caller, RENEWAL)).session();
    }

    private String key() {
        return Partitions.of(config).of(ALICE).indexOf(ALICE) + ":clients";
    }

    private Map<String, String> kept() {
        List<String> all = raw.texts("HGETALL", key());
        Map<String, String> kept = new HashMap<>();
        for (int i = 0; i < all.size(); i += 2) {
            kept.put(all.get(i), all.get(i + 1));
        }
        return kept;
    }

    private List<String> subscriptionKeys() {
        return raw.texts("KEYS", config.keyPrefix() + ":notes:*:subscriptions");
    }

    @ParameterizedTest
    @EnumSource
    void aReclaimedSessionLeavesWhatItsClientSaidAndWantsToHearOfAndNothingElse(Layout layout) {
        begin(layout);
        SessionId old = opened(of(CLIENT));
        store.update(old, it -> it.with(Session.LOG_LEVEL, "error"));
        subscriptions.add(old, "x://told");
        notes.put(old, "name", "text");

        expireAll();

        assertThat(kept().keySet(), is(Set.of(old.value())));
        assertThat(kept().toString().contains("secret"), is(false));
        assertThat(raw.texts("KEYS", config.keyPrefix() + ":notes:*"), is(subscriptionKeys()));
        Session session = renewed(old, ALICE);
        assertThat(session.client(), is(CLIENT));
        assertThat(session.attributes(), is(Map.of(Session.LOG_LEVEL, "error", Session.CONTINUES, old.hash())));
        assertThat(subscriptions.of(session.id()), is(Set.of("x://told")));
        assertThat(notes.list(session.id()), is(Map.of()));
    }

    @ParameterizedTest
    @EnumSource
    void subscriptionsGoOnFromSessionToSession(Layout layout) {
        begin(layout);
        SessionId first = opened(RENEWAL);
        Set<String> wanted = IntStream.range(0, 256).mapToObj(it -> "x://" + it).collect(Collectors.toSet());
        wanted.forEach(uri -> subscriptions.add(first, uri));
        for (int i = 0; i < 3; i++) {
            expireAll();
            assertThat(subscriptions.of(renewed(first, ALICE).id()), is(wanted));
        }
        expireAll();
        store.revive(first, ALICE, RENEWAL);

        assertThat(subscriptions.of(first), is(wanted));
    }

    @ParameterizedTest
    @EnumSource
    void somebodyElseInheritsNothing(Layout layout) {
        begin(layout);
        SessionId hers = opened(of(CLIENT));
        subscriptions.add(hers, "x://told");
        expireAll();

        Session his = renewed(hers, BOB);

        assertThat(his.client(), is(ClientInfo.UNKNOWN));
        assertThat(subscriptions.of(his.id()), is(Set.of()));
    }

    @ParameterizedTest
    @EnumSource
    void ofAUserWithVeryManySessionsTheLastAreKnown(Layout layout) {
        begin(layout);
        List<SessionId> all = IntStream.range(0, 400).mapToObj(it -> opened(of(named("client " + it)))).toList();

        expireAll();

        assertThat((long) kept().size(), is(allOf(greaterThan(100L), lessThanOrEqualTo(128L))));
        assertThat(renewed(all.getLast(), ALICE).client(), is(named("client 399")));
        assertThat(renewed(all.getFirst(), ALICE).client(), is(ClientInfo.UNKNOWN));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsKnownOfClientsThatSayVeryMuchIsBounded(Layout layout) {
        begin(layout);
        String capabilities = "{\"experimental\":{\"x\":\"" + "y".repeat(16_000) + "\"}}";
        List<SessionId> all = IntStream.range(0, 30)
                .mapToObj(it -> opened(of(new ClientInfo("client " + it, "1", capabilities)))).toList();

        expireAll();

        assertThat(kept().values().stream().mapToInt(String::length).sum(), is(lessThanOrEqualTo(128 * 1024)));
        assertThat(renewed(all.getLast(), ALICE).client().capabilities(), is(capabilities));
    }

    @ParameterizedTest
    @EnumSource
    void whatClientsWantToHearOfIsBoundedWithIt(Layout layout) {
        begin(layout);
        List<SessionId> all = IntStream.range(0, 10).mapToObj(it -> opened(of(CLIENT))).toList();
        all.forEach(id -> IntStream.range(0, 25)
                .forEach(it -> subscriptions.add(id, "x://" + it + "/" + "y".repeat(2000))));

        expireAll();

        assertThat(subscriptionKeys(), is(not(empty())));
        assertThat(subscriptionKeys().size(), is(lessThanOrEqualTo(2)));
    }

    @ParameterizedTest
    @EnumSource
    void everythingThatIsKeptEndsByItself(Layout layout) {
        begin(layout);
        SessionId old = opened(of(CLIENT));
        subscriptions.add(old, "x://told");
        expireAll();
        subscriptions.add(renewed(old, ALICE).id(), "x://told");
        expireAll();

        Stream.concat(Stream.of(key()), subscriptionKeys().stream()).forEach(key ->
                assertThat(raw.number("PTTL", key),
                        is(allOf(greaterThan(0L), lessThanOrEqualTo(LIMITS.absoluteLifetime().plusHours(1).toMillis())))));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsOverLeavesTheHashOfAUserWhoGoesOn(Layout layout) {
        begin(layout);
        if (layout == Layout.MAP_CACHE) {
            TimeMachine.follow(clock, raw, config.keyPrefix() + ":user:");
        }
        SessionId old = opened(of(CLIENT));
        expireAll();
        for (int hours = 0; hours < 27; hours++) {
            clock.advance(Duration.ofHours(1));
            opened(of(CLIENT));
            expireAll();
        }

        assertThat(kept().containsKey(old.value()), is(false));
    }

    @ParameterizedTest
    @EnumSource
    void theOneThatIsKeptWhenAllOthersEndIsStillKnownWhereItWas(Layout layout) {
        begin(layout);
        clock.advance(Duration.ofMillis(1));
        SessionId kept = ((Placement.Made) store.anchor(Place.conversation("talk"), Optional.empty(),
                Optional.of(ids.mint(ALICE)), ALICE, of(CLIENT))).session().id();
        SessionId other = opened(of(named("other")));
        store.endAll(ALICE, Optional.of(kept), Ending.revoked("lost"));
        expireAll();

        Session next = ((Placement.Made) store.anchor(Place.conversation("talk"), Optional.empty(),
                Optional.of(ids.mint(ALICE)), ALICE, RENEWAL)).session();

        assertThat(next.client(), is(CLIENT));
        assertThat(renewed(other, ALICE).client(), is(ClientInfo.UNKNOWN));
    }

    @ParameterizedTest
    @EnumSource
    void anEndedSessionLeavesNothing(Layout layout) {
        begin(layout);
        SessionId one = opened(of(CLIENT));
        subscriptions.add(one, "x://told");
        store.end(one, Ending.DELETED);
        SessionId expired = opened(of(CLIENT));
        subscriptions.add(expired, "x://told");
        expireAll();
        opened(of(CLIENT));

        store.endAll(ALICE, Optional.empty(), Ending.revoked("lost"));

        assertThat(kept(), is(Map.of()));
        assertThat(subscriptionKeys(), is(empty()));
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatSaidNothingLeavesNothing(Layout layout) {
        begin(layout);
        opened(RENEWAL);

        expireAll();

        assertThat(kept(), is(Map.of()));
    }
}
