package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionLimits.WhenFull;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

/** A process of the original system beside this server, on the same Redis: plain HSET and EXPIRE. */
class OriginalSessionsTest {

    private static final SessionLimits LIMITS =
            new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24), 2, WhenFull.EVICT_OLDEST, Long.MAX_VALUE);
    private static final Principal ALICE = Principal.ofSubject("alice");
    private static final Ending REVOKED = Ending.revoked("stolen");

    private final MutableClock clock = MutableClock.atPresent();
    private final RedisConfig config = TestRedis.config(Layout.HASH);
    private final RawRedis raw = TestRedis.raw();
    private final List<SigningKey> keys = List.of(new SigningKey(new byte[16]));
    private final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), clock);
    private final SessionStore store = new RedisSessionStore(TestRedis.calls(TestRedis.client(), Layout.HASH), config,
            LIMITS, RedisTime.of(clock));
    private final SessionId id = new SessionId("mcp-" + clock.millis() + "-abc123xyz");
    private final String key = config.keyPrefix() + ":session:" + id.value();

    @BeforeEach
    void theOtherProcessOpensASession() {
        TimeMachine.follow(clock, raw, config.keyPrefix() + ":");
        open(key, "alice");
    }

    private void open(String hash, String user) {
        String now = Long.toString(clock.millis());
        raw.call("HSET", hash, "userId", user, "created", now, "lastActivity", now);
        raw.call("EXPIRE", hash, "600");
    }

    private static Session live(Lookup lookup) {
        assertThat(lookup, instanceOf(Lookup.Live.class));
        return ((Lookup.Live) lookup).session();
    }

    private long ttl() {
        return raw.number("TTL", key);
    }

    private List<Session> listed() {
        return store.list(ALICE, Optional.empty(), 10).sessions();
    }

    @Test
    void itsSessionIsReadAsAClientThatSaidNothingWouldHaveOpenedIt() {
        Session session = live(store.find(id));

        var opening = new Opening("2025-03-26", ClientInfo.UNKNOWN);
        assertThat(session, is(Session.opened(id, ALICE, session.expires(), opening)));
        assertThat(Duration.between(clock.instant(), session.expires()).toMillis(),
                is(allOf(greaterThan(590_000L), lessThanOrEqualTo(600_000L))));
    }

    @Test
    void itsSessionIsUsedByItsOwner() {
        clock.advance(Duration.ofMinutes(9));

        Session resumed = live(store.resume(id, ALICE));

        assertThat(resumed.expires(), is(clock.instant().plus(LIMITS.idleTtl())));
        assertThat(ttl(), is(allOf(greaterThan(590L), lessThanOrEqualTo(600L))));
        assertThat(raw.text("HGET", key, "lastActivity"), is(Long.toString(clock.millis())));
        assertThat(raw.text("HGET", key, "userId"), is("alice"));
    }

    @Test
    void itsSessionIsNobodyElses() {
        clock.advance(Duration.ofMinutes(5));

        assertThat(store.resume(id, Principal.ofSubject("bob")), is(new Lookup.OtherOwner(ALICE)));
        assertThat(store.resume(id, Principal.ofSubject("alic")), is(new Lookup.OtherOwner(ALICE)));
        assertThat(store.find(id, Principal.ofSubject("alice\0")), is(new Lookup.OtherOwner(ALICE)));
        // The original system knows no issuers: a user of one is another user, whatever its name.
        assertThat(store.resume(id, new Principal("https://issuer.example", "alice")),
                is(new Lookup.OtherOwner(ALICE)));

        assertThat(ttl(), is(allOf(greaterThan(0L), lessThanOrEqualTo(300L))));
    }

    @Test
    void aUserOfAnyNameIsTheSameUserOnBothSides() {
        for (String name : List.of("é😀", "a \"quoted\" name", "back\\slash", "{\"user\":\"x\"}", "line\nbreak", "/")) {
            open(key, name);
            assertThat(live(store.resume(id, Principal.ofSubject(name))).owner(), is(Principal.ofSubject(name)));
        }
    }

    @Test
    void whatItExtendsStaysAlive() {
        Principal alice = new Principal("https://issuer.example", "alice");
        SessionId ours = ids.mint(alice);
        store.create(ours, alice, new Opening("2025-11-25", ClientInfo.UNKNOWN));
        String hash = config.keyPrefix() + ":session:" + ours.value();
        clock.advance(Duration.ofMinutes(9));

        raw.call("HSET", hash, "lastActivity", Long.toString(clock.millis()));
        raw.call("EXPIRE", hash, "600");

        Instant expires = live(store.find(ours)).expires();
        assertThat(Duration.between(clock.instant(), expires).toMillis(),
                is(allOf(greaterThan(590_000L), lessThanOrEqualTo(600_000L))));
        clock.advance(Duration.ofMinutes(9));
        assertThat(live(store.resume(ours, alice)).owner(), is(alice));
    }

    @Test
    void whatItDeletesIsDead() {
        live(store.resume(id, ALICE));

        raw.call("DEL", key);

        assertThat(store.resume(id, ALICE), is(Lookup.Absent.INSTANCE));
        assertThat(listed(), is(List.of()));
    }

    @Test
    void itsSessionEndsWhenItsTimeHasComeAndLeavesATombstoneWhenItIsEnded() {
        assertThat(store.end(id, REVOKED), instanceOf(Lookup.Live.class));

        assertThat(store.find(id), is(new Lookup.Ended(REVOKED)));
        assertThat(raw.number("EXISTS", key), is(0L));
    }

    @Test
    void itsLateTouchBringsNothingBack() {
        store.end(id, REVOKED);

        raw.call("HSET", key, "lastActivity", Long.toString(clock.millis()));
        raw.call("EXPIRE", key, "600");

        assertThat(store.resume(id, ALICE), is(new Lookup.Ended(REVOKED)));
    }

    @Test
    void aHashWithoutATtlIsNotASessionYet() {
        raw.call("PERSIST", key);

        assertThat(store.resume(id, ALICE), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void itsSessionIsListedCountedAndEndedWithAllOthersOnceItWasUsedHere() {
        assertThat(listed(), is(List.of()));

        live(store.resume(id, ALICE));

        assertThat(listed().stream().map(Session::id).toList(), is(List.of(id)));
        assertThat(store.count(), is(1L));
        assertThat(store.endAll(ALICE, Optional.empty(), REVOKED), is(1));
        assertThat(store.resume(id, ALICE), is(new Lookup.Ended(REVOKED)));
    }

    @Test
    void itsSessionTakesRoomOfItsUser() {
        live(store.resume(id, ALICE));
        for (int i = 0; i < 2; i++) {
            clock.advance(Duration.ofSeconds(1));
            store.create(ids.mint(ALICE), ALICE, new Opening("2025-11-25", ClientInfo.UNKNOWN));
        }

        assertThat(store.resume(id, ALICE), is(Lookup.Absent.INSTANCE));
        assertThat(store.count(), is(2L));
    }

    @Test
    void itsSessionMayBeChanged() {
        live(store.update(id, it -> it.with("logLevel", "error")));

        assertThat(live(store.resume(id, ALICE)).attributes().get("logLevel"), is("error"));
        assertThat(raw.text("HGET", key, "userId"), is("alice"));
        assertThat(store.resume(id, Principal.ofSubject("bob")), is(new Lookup.OtherOwner(ALICE)));
    }

    @Test
    void itsSessionIsNotExtendedPastTheAbsoluteLifetime() {
        Duration most = LIMITS.absoluteLifetime();
        for (int i = 0; i < 160; i++) {
            clock.advance(Duration.ofMinutes(9));
            store.resume(id, ALICE);
        }

        assertThat(clock.instant().isBefore(LIMITS.deadline(id)), is(Duration.ofMinutes(9 * 160).compareTo(most) < 0));
        assertThat(store.resume(id, ALICE), is(Lookup.Absent.INSTANCE));
    }
}
