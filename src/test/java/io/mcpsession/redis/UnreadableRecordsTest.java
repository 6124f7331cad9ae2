package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Place;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.LogCapture;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.api.RMapCache;
import org.redisson.client.codec.StringCodec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** What others wrote where sessions and tokens should be. */
class UnreadableRecordsTest {

    private static final Principal ALICE = Principal.ofSubject("alice");
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);
    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));

    private final RawRedis raw = TestRedis.raw();
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[32])), new SecureRandom(),
            Clock.systemUTC());

    private static RedisSessionStore store(RedisConfig config) {
        return new RedisSessionStore(TestRedis.calls(TestRedis.client(), config.layout()), config, LIMITS,
                RedisTime.server());
    }

    private SessionId opened(RedisSessionStore store) {
        return ((Placement.Made) store.create(ids.mint(ALICE), ALICE, OPENING)).session().id();
    }

    private static void countsAsAbsent(RedisSessionStore store, SessionId id) {
        assertThat(store.find(id, ALICE), is(Lookup.Absent.INSTANCE));
        assertThat(store.resume(id, ALICE), is(Lookup.Absent.INSTANCE));
        assertThat(store.touch(id), is(Lookup.Absent.INSTANCE));
        assertThat(store.lookUp(List.of(new Inquiry(id, Optional.of(ALICE), true))), is(List.of(Lookup.Absent.INSTANCE)));
        assertThat(store.update(id, session -> session), is(Lookup.Absent.INSTANCE));
        assertThat(store.list(ALICE, Optional.empty(), 10).sessions(), is(empty()));
        assertThat(store.endLive(id, Ending.DELETED), is(Lookup.Absent.INSTANCE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "{\"user\":\"x\"", "[]", "{\"user\":\"x\",\"v\":1,\"id\":\"mcp-1\"}"})
    void aRecordOfAMapThatCannotBeReadCountsAsAbsentAndIsToldOfOnce(String text) {
        RedisConfig config = TestRedis.config();
        RedisSessionStore store = store(config);
        SessionId id = opened(store);
        SessionId other = opened(store);
        overwrite(config, other, text);
        overwrite(config, id, text);

        try (var log = new LogCapture(UnreadableRecords.class.getName())) {
            assertThat(store.list(ALICE, Optional.empty(), 10).sessions(), is(empty()));
            countsAsAbsent(store, id);
            countsAsAbsent(store, other);

            // Those who list tell for themselves.
            assertThat(log.at(Level.WARNING), hasSize(2));
            assertThat(log.at(Level.WARNING).toString(), not(containsString(id.value())));
        }
        assertThat(raw.number("HLEN", Partitions.of(config).of(id).sessions()), is(0L));
    }

    private static void overwrite(RedisConfig config, SessionId id, String text) {
        RMapCache<String, String> map = TestRedis.otherClient()
                .getMapCache(Partitions.of(config).of(id).sessions(), StringCodec.INSTANCE);
        map.put(id.value(), text, 5, TimeUnit.MINUTES);
        map.destroy();
    }

    @Test
    void aRecordOfAHashThatCannotBeReadCountsAsAbsent() {
        RedisConfig config = TestRedis.config(Layout.HASH);
        RedisSessionStore store = store(config);
        SessionId id = opened(store);
        raw.call("HSET", Partitions.of(config).of(id).sessions() + id.value(), "epoch", "not a number");

        countsAsAbsent(store, id);
    }

    @ParameterizedTest
    @EnumSource
    void anUnreadableOneMakesWayForItsRevivalAndInItsPlace(Layout layout) {
        RedisConfig config = TestRedis.config(layout);
        RedisSessionStore store = store(config);
        Consumer<SessionId> spoil = id -> {
            if (layout == Layout.HASH) {
                raw.call("HSET", Partitions.of(config).of(id).sessions() + id.value(), "epoch", "not a number");
            } else {
                overwrite(config, id, "{\"user\":\"" + ALICE.fingerprint() + "\"");
            }
        };
        SessionId id = opened(store);
        spoil.accept(id);
        assertThat(store.revive(id, ALICE, OPENING), is(instanceOf(Placement.Made.class)));

        Place place = Place.conversation("chat");
        Placement first = store.anchor(place, Optional.empty(), Optional.of(ids.mint(ALICE)), ALICE, OPENING);
        spoil.accept(((Placement.Made) first).session().id());
        assertThat(store.anchor(place, Optional.empty(), Optional.of(ids.mint(ALICE)), ALICE, OPENING),
                is(instanceOf(Placement.Made.class)));
    }

    @ParameterizedTest
    @EnumSource
    void aKeyOfAnotherTypeHoldsNoSessionsAndMakesWay(Layout layout) {
        RedisConfig config = TestRedis.config(layout);
        RedisSessionStore store = store(config);
        SessionId id = opened(store);
        Partition partition = Partitions.of(config).of(id);
        String key = layout == Layout.HASH ? partition.sessions() + id.value() : partition.sessions();
        raw.call("SET", key, "no hash", "PX", "60000");
        if (layout == Layout.MAP_CACHE) {
            raw.call("SET", partition.timeouts(), "no sorted set");
        }

        countsAsAbsent(store, id);

        assertThat(store.resume(opened(store), ALICE), is(instanceOf(Lookup.Live.class)));
    }

    @Test
    void whatIsNoTokenIsUnknown() {
        RedisConfig config = TestRedis.config();
        var tokens = new RedisTokenStore(TestRedis.client(), TestRedis.calls(TestRedis.client()), config);
        raw.call("HSET", RevokedTokens.tokens(config), "digest", "garbage", "other", "{\"id\":7}");

        assertThat(tokens.find("digest"), is(Optional.empty()));
        assertThat(tokens.find("other"), is(Optional.empty()));
        assertThat(tokens.list(), is(empty()));
        assertThat(tokens.revoke("t1"), is(false));
    }
}
