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
import io.mcpsession.session.SigningKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

/** What is told of sessions that Redis itself removes, without a word of its own. */
class HashExpiryTest {

    private static final Duration IDLE = Duration.ofMillis(400);
    private static final SessionLimits LIMITS = new SessionLimits(IDLE, Duration.ofHours(24));
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
        SessionId id = ids.mint(ALICE);
        assertThat(store.create(id, ALICE, OPENING), instanceOf(Placement.Made.class));
        return id;
    }

    private List<Kind> told() {
        one.reclaim();
        other.reclaim();
        for (Heard heard : reader.next(Duration.ofMillis(10))) {
            assertThat(heard.event().owner(), is(ALICE));
            told.add(heard.event().kind());
        }
        return List.copyOf(told);
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
}
