package io.mcpsession.redis;

import io.mcpsession.relay.SessionEvent.Kind;
import io.mcpsession.relay.SessionFeed.Heard;
import io.mcpsession.relay.SessionFeed.Reader;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionLimits.WhenFull;
import io.mcpsession.session.SigningKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

/** What is told of sessions that Redis itself removes, without a word of its own. */
class HashExpiryTest {

    private static final Duration IDLE = Duration.ofMillis(400);
    private static final SessionLimits LIMITS = new SessionLimits(IDLE, Duration.ofHours(24));
    private static final Principal BOB = Principal.ofSubject("bob");
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);

    private final RedisConfig config = TestRedis.config(Layout.HASH);
    private final Partition keys = Partitions.of(config).all().getFirst();
    private final RawRedis raw = TestRedis.raw();
    private final RedisCalls calls = TestRedis.calls(TestRedis.client(), Layout.HASH);
    private final RedisCalls callsOfOther = TestRedis.calls(TestRedis.otherClient(), Layout.HASH);
    private final RedisSessionStore store = new RedisSessionStore(calls, config, LIMITS, RedisTime.server());
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[16])), new SecureRandom(),
            Clock.systemUTC(), true);
    private final Reclaimer one = new Reclaimer(calls, config, RedisTime.server(), () -> { });
    private final Reclaimer other = new Reclaimer(callsOfOther, config, RedisTime.server(), () -> { });
    private final RedisSessionFeed feed = new RedisSessionFeed(TestRedis.client(), calls, config, RedisTime.server());
    private final Reader reader = feed.read(Optional.empty());
    private final List<Kind> told = new ArrayList<>();

    @AfterEach
    void close() {
        one.close();
        other.close();
        feed.close();
    }

    private SessionId created() {
        return created(ALICE);
    }

    private SessionId created(Principal owner) {
        SessionId id = ids.mint(owner);
        assertThat(store.create(id, owner, OPENING), instanceOf(Placement.Made.class));
        return id;
    }

    /** As a process of the original system opens one; a minute is time enough to use it. */
    private SessionId openedElsewhere() {
        SessionId id = new SessionId("mcp-" + System.currentTimeMillis() + "-abc123xyz");
        String now = Long.toString(System.currentTimeMillis());
        raw.call("HSET", keyOf(id), "userId", BOB.subject(), "created", now, "lastActivity", now);
        raw.call("EXPIRE", keyOf(id), "60");
        return id;
    }

    private String keyOf(SessionId id) {
        return keys.sessions() + id.value();
    }

    /** Lets the only session that is left end now, as if its time had come. */
    private void cutShort(SessionId id) {
        raw.call("PEXPIRE", keyOf(id), "1");
        isGone(id);
        raw.call("ZADD", keys.timeouts(), "XX", "1", raw.texts("ZRANGE", keys.timeouts(), "0", "0").getFirst());
    }

    /** Of Alice. */
    private List<Kind> told() {
        return told(ALICE);
    }

    /** What was told so far, of one user only. */
    private List<Kind> told(Principal owner) {
        one.reclaim();
        raw.call("DEL", keys.latch());
        other.reclaim();
        raw.call("DEL", keys.latch());
        for (Heard heard : reader.next(Duration.ofMillis(10))) {
            assertThat(heard.event().owner(), is(owner));
            told.add(heard.event().kind());
        }
        return List.copyOf(told);
    }

    /** Once what would be told by now was told, as that of a session which expired later was. */
    private List<Kind> toldInTheEnd() {
        isGone(created());
        eventually(() -> told().size() > 1 && told.getLast() == Kind.EXPIRED && raw.number("ZCARD", keys.timeouts()) == 0,
                is(true));
        return told.subList(0, told.size() - 2);
    }

    private void isGone(SessionId id) {
        eventually(() -> raw.number("EXISTS", keys.sessions() + id.value()), is(0L));
    }

    @Test
    void theEndIsToldOnce() {
        SessionId first = created();
        isGone(first);
        eventually(this::told, is(List.of(Kind.CREATED, Kind.EXPIRED)));

        SessionId second = created();
        isGone(second);

        eventually(this::told, is(List.of(Kind.CREATED, Kind.EXPIRED, Kind.CREATED, Kind.EXPIRED)));
        assertThat(raw.number("ZCARD", keys.timeouts()), is(0L));
        assertThat(raw.number("ZCARD", keys.indexOf(ALICE)), is(0L));
    }

    @Test
    void whatTheOriginalSystemExtendsLivesOn() {
        SessionId extended = created();
        raw.number("PEXPIRE", keys.sessions() + extended.value(), "60000");
        SessionId left = created();
        isGone(left);

        eventually(this::told, is(List.of(Kind.CREATED, Kind.CREATED, Kind.EXPIRED)));

        assertThat(raw.number("EXISTS", keys.sessions() + extended.value()), is(1L));
        raw.number("PEXPIRE", keys.sessions() + extended.value(), "1");
        isGone(extended);
        assertThat(raw.number("ZCARD", keys.timeouts()), is(1L));
    }

    @Test
    void aLifeThatIsOverEndsBeforeTheNextOfItsIdBegins() {
        SessionId id = created();
        isGone(id);

        assertThat(store.revive(id, ALICE, OPENING), instanceOf(Placement.Made.class));

        eventually(this::told, is(List.of(Kind.CREATED, Kind.EXPIRED, Kind.RENEWED)));
    }

    @Test
    void whatWasEndedDoesNotExpireLater() {
        SessionId id = created();

        assertThat(store.end(id, Ending.DELETED), instanceOf(Lookup.Live.class));

        eventually(this::told, is(List.of(Kind.CREATED, Kind.ENDED)));
        assertThat(raw.number("ZCARD", keys.timeouts()), is(0L));
    }

    @Test
    void whatAnotherProcessOpenedIsToldOnceItWasUsedHere() {
        SessionId id = openedElsewhere();
        assertThat(store.resume(id, BOB), instanceOf(Lookup.Live.class));
        assertThat(store.resume(id, BOB), instanceOf(Lookup.Live.class));
        cutShort(id);

        eventually(() -> told(BOB), is(List.of(Kind.EXPIRED)));
    }

    @Test
    void whatAnotherProcessOpenedIsToldOnceItWasSeenHere() {
        SessionId id = openedElsewhere();
        assertThat(store.find(id), instanceOf(Lookup.Live.class));

        cutShort(id);

        eventually(() -> told(BOB), is(List.of(Kind.EXPIRED)));
    }

    @Test
    void whatIsNotExpectedIsExpectedFromItsNextUse() {
        SessionId id = created();
        raw.call("DEL", keys.timeouts());

        eventually(() -> {
            assertThat(store.resume(id, ALICE), instanceOf(Lookup.Live.class));
            return raw.number("ZCARD", keys.timeouts());
        }, is(1L));

        assertThat(raw.number("PTTL", keys.timeouts()), is(greaterThan(0L)));
        eventually(this::told, is(List.of(Kind.CREATED, Kind.EXPIRED)));
    }

    @Test
    void aTouchOfAnotherProcessThatCameTooLateHidesNoEnd() {
        SessionId id = created();
        isGone(id);
        raw.call("HSET", keyOf(id), "lastActivity", "1");
        raw.call("EXPIRE", keyOf(id), "600");

        eventually(this::told, is(List.of(Kind.CREATED, Kind.EXPIRED)));

        assertThat(raw.number("EXISTS", keyOf(id)), is(0L));
        assertThat(raw.number("ZCARD", keys.indexOf(ALICE)), is(0L));
        assertThat(toldInTheEnd(), is(List.of(Kind.CREATED, Kind.EXPIRED)));
    }

    @Test
    void itIsToldWhoseItWasHoweverLongTheIssuersNameIs() {
        Principal carol = new Principal("https://issuer.example/" + "x".repeat(300), "carol");
        SessionId id = created(carol);
        isGone(id);

        eventually(() -> told(carol), is(List.of(Kind.CREATED, Kind.EXPIRED)));
    }

    @Test
    void ofReplicasThatSweepAtTheSameTimeOneTellsIt() throws Exception {
        List<Kind> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            created();
            all.add(Kind.CREATED);
            all.add(Kind.EXPIRED);
        }
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService sweeps = Executors.newVirtualThreadPerTaskExecutor();
                RawRedis latches = TestRedis.connection()) {
            List<Future<?>> running = Stream.of(one, other).<Future<?>>map(reclaimer -> sweeps.submit(() -> {
                while (!over.get()) {
                    latches.call("DEL", keys.latch());
                    reclaimer.reclaim();
                }
            })).toList();
            try {
                eventually(() -> told().size(), is(all.size()));
            } finally {
                over.set(true);
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        assertThat(toldInTheEnd().stream().sorted().toList(), is(all.stream().sorted().toList()));
    }

    @Test
    void whatLostItsTtlIsOverWhenItIsDueAndToldOnce() {
        SessionId id = created();
        raw.call("PERSIST", keyOf(id));

        eventually(this::told, is(List.of(Kind.CREATED, Kind.EXPIRED)));

        raw.call("HSET", keyOf(id), "lastActivity", "1");
        raw.call("EXPIRE", keyOf(id), "600");
        assertThat(toldInTheEnd(), is(List.of(Kind.CREATED, Kind.EXPIRED)));
    }

    @Test
    void whatAnotherProcessExtendsAndThenCutsShortIsToldOnce() {
        SessionId id = created();
        raw.call("PEXPIRE", keyOf(id), "60000");
        SessionId left = created();
        isGone(left);
        eventually(this::told, is(List.of(Kind.CREATED, Kind.CREATED, Kind.EXPIRED)));
        cutShort(id);

        eventually(this::told, is(List.of(Kind.CREATED, Kind.CREATED, Kind.EXPIRED, Kind.EXPIRED)));
        assertThat(toldInTheEnd(), is(List.of(Kind.CREATED, Kind.CREATED, Kind.EXPIRED, Kind.EXPIRED)));
    }

    @Test
    void whatIsExpectedLastsAsLongAsTheSessionsThatOthersExtend() {
        SessionId id = created();
        raw.call("EXPIRE", keyOf(id), "600");
        raw.call("PEXPIRE", keys.timeouts(), "5000");

        eventually(() -> {
            told();
            return raw.number("PTTL", keys.timeouts());
        }, is(greaterThan(590_000L)));
    }

    @Test
    void whatWasEvictedOrEndedWithAllOthersDoesNotExpireLater() {
        var limits = new SessionLimits(IDLE, Duration.ofHours(24), 1, WhenFull.EVICT_OLDEST, Long.MAX_VALUE);
        var narrow = new RedisSessionStore(calls, config, limits, RedisTime.server());
        created();
        SessionId id = ids.mint(ALICE);
        assertThat(((Placement.Made) narrow.create(id, ALICE, OPENING)).evicted(), is(1));
        assertThat(narrow.endAll(ALICE, Optional.empty(), Ending.DELETED), is(1));

        assertThat(toldInTheEnd(), is(List.of(Kind.CREATED, Kind.EVICTED, Kind.CREATED, Kind.ENDED)));
    }

    @Test
    void whatIsNoSessionAmongThoseExpectedKeepsNobodyWaiting() {
        raw.call("ZADD", keys.timeouts(), "1", "garbage", "2", "{}", "3", "[]", "4", "[7]");
        isGone(created());

        eventually(this::told, is(List.of(Kind.CREATED, Kind.EXPIRED)));
        assertThat(raw.number("ZCARD", keys.timeouts()), is(0L));
    }
}
