package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.LogCapture;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

/**
 * One of two replicas has a clock that is wrong. Expiry is judged by Redis's clock, so idle sessions live as long on
 * either; what shifts is the end of the absolute lifetime, which is counted from the time in the id.
 */
class ClockSkewTest {

    private static final Duration IDLE = Duration.ofMinutes(10);
    private static final Duration LIFETIME = Duration.ofHours(24);
    private static final SessionLimits LIMITS = new SessionLimits(IDLE, LIFETIME);
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);

    private final RawRedis raw = TestRedis.raw();

    static Stream<Arguments> skews() {
        return Arrays.stream(Layout.values()).flatMap(layout -> Stream.of(60, -60, 600, -600)
                .map(seconds -> Arguments.of(layout, Duration.ofSeconds(seconds))));
    }

    /** A replica by its clock. */
    private record Replica(SessionStore store, SessionIds ids) {

        Session opened() {
            return ((Placement.Made) store.create(ids.mint(ALICE), ALICE, OPENING)).session();
        }
    }

    private static Replica replica(RedisConfig config, SessionLimits limits, InstantSource clock) {
        return new Replica(new RedisSessionStore(TestRedis.calls(TestRedis.client(), config.layout()), config, limits,
                RedisTime.server()), new SessionIds(() -> List.of(new SigningKey(new byte[16])), new SecureRandom(), clock));
    }

    private static InstantSource ahead(Duration skew) {
        return () -> InstantSource.system().instant().plus(skew);
    }

    private Duration left(Session session) {
        List<String> now = raw.texts("TIME");
        return Duration.between(Instant.ofEpochSecond(Long.parseLong(now.getFirst())), session.expires());
    }

    @ParameterizedTest
    @MethodSource("skews")
    void idleSessionsLiveAsLongOnEitherReplicaAndTheDeadStayDead(Layout layout, Duration skew) {
        RedisConfig config = TestRedis.config(layout);
        Replica wrong = replica(config, LIMITS, ahead(skew));
        Replica right = replica(config, LIMITS, InstantSource.system());

        for (Session session : List.of(wrong.opened(), right.opened())) {
            for (Replica one : List.of(wrong, right)) {
                assertThat(one.ids().proves(session.id(), ALICE), is(true));
                Lookup used = one.store().resume(session.id(), ALICE);
                assertThat(used, instanceOf(Lookup.Live.class));
                assertThat(left(((Lookup.Live) used).session()),
                        is(allOf(greaterThan(IDLE.minusSeconds(2)), lessThanOrEqualTo(IDLE.plusSeconds(1)))));
            }
            wrong.store().end(session.id(), Ending.DELETED);
            assertThat(right.store().resume(session.id(), ALICE), instanceOf(Lookup.Ended.class));
            assertThat(wrong.store().create(session.id(), ALICE, OPENING), instanceOf(Placement.Ended.class));
            assertThat(right.store().revive(session.id(), ALICE, OPENING), instanceOf(Placement.Ended.class));
        }
    }

    @ParameterizedTest
    @MethodSource("skews")
    void theEndOfTheLifetimeIsOffByTheSkewAndByNoMore(Layout layout, Duration skew) {
        // A lifetime that the next use would outlast: what is left of it shows in the expiry.
        SessionLimits brief = new SessionLimits(Duration.ofMinutes(30), Duration.ofMinutes(30));
        RedisConfig config = TestRedis.config(layout);

        Session session = replica(config, brief, ahead(skew)).opened();

        Duration most = Duration.ofMinutes(30);
        Duration expected = skew.isNegative() ? most.plus(skew) : most;
        assertThat(left(session), is(allOf(greaterThan(expected.minusSeconds(2)), lessThan(expected.plusSeconds(2)))));
    }

    @ParameterizedTest
    @MethodSource("skews")
    void theReplicaSaysThatItsClockIsWrong(Layout layout, Duration skew) {
        try (var log = new LogCapture(RedisHealth.class); var health = new RedisHealth(
                TestRedis.calls(TestRedis.client(), layout), ahead(skew))) {
            health.check();

            assertThat(log.at(Level.WARNING), hasItem(containsString("differs")));
            assertThat(health.skew().minus(skew).abs(), is(lessThan(Duration.ofSeconds(1))));
        }
    }
}
