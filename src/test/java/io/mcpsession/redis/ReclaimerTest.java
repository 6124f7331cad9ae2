package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RMapCache;
import org.redisson.client.codec.StringCodec;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

class ReclaimerTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);
    private static final int BATCH = 60;

    private final MutableClock clock = MutableClock.atPresent();
    private final RedisTime time = RedisTime.of(clock);
    private final RedisConfig config = TestRedis.config();
    private final RedisCalls calls = TestRedis.calls(TestRedis.client());
    private final RawRedis raw = TestRedis.raw();
    private final List<SigningKey> keys = List.of(new SigningKey(new byte[16]));
    private final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), clock);
    private final SessionStore store = new RedisSessionStore(calls, config, LIMITS, time);
    private final RedisNotes notes = new RedisNotes(calls, config, LIMITS, time);
    private final Reclaimer reclaimer = new Reclaimer(calls, config, time, () -> { });
    private final Partition partition = Partitions.of(config).of(ALICE);

    @AfterEach
    void close() {
        reclaimer.close();
    }

    private SessionId opened(Principal owner) {
        SessionId id = ids.mint(owner);
        store.create(id, owner, OPENING);
        return id;
    }

    /** What the next second brings. */
    private void dropLatches() {
        Partitions.of(config).all().forEach(each -> raw.call("DEL", each.latch()));
    }

    private List<String> keysLeft() {
        dropLatches();
        // The log goes by itself, a day after the last event.
        return raw.texts("KEYS", "*" + config.keyPrefix() + ":*").stream()
                .filter(key -> !key.startsWith(config.keyPrefix() + ":events:")).toList();
    }

    @Test
    void expiredSessionsLeaveNoKeyBehind() {
        for (int i = 0; i < 40; i++) {
            SessionId id = opened(Principal.ofSubject("user " + i));
            notes.put(id, "name", "text");
        }
        clock.advance(LIMITS.idleTtl());

        int removed = reclaimer.reclaim();

        assertThat(removed, is(40));
        assertThat(keysLeft(), is(empty()));
    }

    @Test
    void liveSessionsAndTheirNotesAreLeftAlone() {
        opened(ALICE);
        clock.advance(LIMITS.idleTtl().minusMillis(1));
        SessionId alive = opened(ALICE);
        notes.put(alive, "name", "text");
        clock.advance(Duration.ofMillis(1));

        int removed = reclaimer.reclaim();

        assertThat(removed, is(1));
        assertThat(store.find(alive), instanceOf(Lookup.Live.class));
        assertThat(notes.list(alive).keySet(), is(Set.of("name")));
        assertThat(raw.texts("HKEYS", partition.sessions()), is(List.of(alive.value())));
        assertThat(raw.texts("ZRANGE", partition.timeouts(), "0", "-1"), is(List.of(alive.value())));
        assertThat(raw.texts("ZRANGE", partition.indexOf(ALICE), "0", "-1"), is(List.of(alive.value())));
    }

    @Test
    void tombstonesOutliveTheReclaiming() {
        SessionId ended = opened(ALICE);
        store.end(ended, Ending.DELETED);
        clock.advance(LIMITS.idleTtl());

        reclaimer.reclaim();

        assertThat(store.find(ended), is(new Lookup.Ended(Ending.DELETED)));
    }

    @Test
    void aPartitionIsReclaimedByOneReplicaAtATime() {
        var other = new Reclaimer(TestRedis.calls(TestRedis.otherClient()), config, time, () -> { });
        opened(ALICE);
        clock.advance(LIMITS.idleTtl());
        assertThat(reclaimer.reclaim(), is(1));
        opened(ALICE);
        clock.advance(LIMITS.idleTtl());

        assertThat(other.reclaim(), is(0));
        dropLatches();
        assertThat(other.reclaim(), is(1));
        other.close();
    }

    @Test
    void theLatchOpensByItselfSoThatAReplicaThatDiedHoldsNothingUp() {
        reclaimer.reclaim();
        opened(ALICE);
        clock.advance(LIMITS.idleTtl());

        eventually(reclaimer::reclaim, is(1));
    }

    @Test
    void aFullBatchIsFollowedByTheNextAtOnce() {
        Stream.generate(() -> opened(ALICE)).limit(2 * BATCH + 1).forEach(_ -> { });
        clock.advance(LIMITS.idleTtl());

        int removed = reclaimer.reclaim();

        assertThat(removed, is(2 * BATCH + 1));
        assertThat(keysLeft(), is(empty()));
    }

    @Test
    void whatIsNoRecordDoesNotHoldUpTheRest() {
        raw.call("HSET", partition.sessions(), "not ours", "no value of a map cache");
        raw.call("ZADD", partition.timeouts(), "1", "not ours");
        RMapCache<String, String> map = TestRedis.otherClient().getMapCache(partition.sessions(), StringCodec.INSTANCE);
        map.put("no json", "{\"broken", 1, TimeUnit.MINUTES);
        map.put("no owner", "{}", 1, TimeUnit.MINUTES);
        map.destroy();
        opened(ALICE);
        clock.advance(LIMITS.idleTtl());

        int removed = reclaimer.reclaim();

        assertThat(removed, is(4));
        assertThat(keysLeft(), is(empty()));
    }

    @Test
    void onceStartedItReclaimsByItself() {
        reclaimer.start();
        opened(ALICE);

        clock.advance(LIMITS.idleTtl());

        eventually(() -> raw.texts("KEYS", "*" + partition.sessions()), is(empty()));
    }

    @Test
    void aPartitionThatCannotBeReclaimedKeepsNoOtherFromIt() {
        Partition first = Partitions.of(config).all().getFirst();
        Principal other = Stream.of("bob", "carol", "dave").map(Principal::ofSubject)
                .filter(user -> !Partitions.of(config).of(user).equals(first)).findFirst().orElseThrow();
        opened(other);
        clock.advance(LIMITS.idleTtl());

        try (DeniedPartition _ = DeniedPartition.of(raw, config, first)) {
            assertThat(reclaimer.reclaim(), is(1));
        }
    }
}
