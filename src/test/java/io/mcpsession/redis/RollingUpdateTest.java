package io.mcpsession.redis;

import io.mcpsession.relay.SessionEvent;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.api.RMapCache;
import org.redisson.client.codec.StringCodec;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/**
 * A newer server shares Redis with this one while a deployment is updated, and writes what this one does not know; or an
 * older one, and does not know what this one writes.
 */
class RollingUpdateTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN, Map.of("k", "v"));

    private final MutableClock clock = MutableClock.atPresent();
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[16])), new SecureRandom(), clock);
    private final RawRedis raw = TestRedis.raw();

    private SessionStore store(RedisConfig config) {
        return new RedisSessionStore(TestRedis.calls(TestRedis.client(), config.layout()), config, LIMITS,
                RedisTime.of(clock));
    }

    private static void use(SessionStore store, SessionId id) {
        assertThat(store.resume(id, ALICE), instanceOf(Lookup.Live.class));
        assertThat(store.touch(id), instanceOf(Lookup.Live.class));
        Lookup changed = store.update(id, session -> session.with("k", "w"));
        assertThat(((Lookup.Live) changed).session().attributes(), is(Map.of("k", "w")));
    }

    @Test
    void whatANewerServerWroteInAMapSurvivesAllThatThisOneDoes() {
        RedisConfig config = TestRedis.config();
        SessionId id = ids.mint(ALICE);
        Session session = Session.opened(id, ALICE, clock.instant().plusSeconds(600), OPENING);
        String future = SessionRecord.write(session).replace("\"v\":1", "\"v\":7")
                .replaceFirst("}$", ",\"later\":{\"deep\":[1,null,\"é\"]}}");
        RMapCache<String, String> map = TestRedis.client().getMapCache(Partitions.of(config).of(id).sessions(),
                StringCodec.INSTANCE);
        map.put(id.value(), future, 10, TimeUnit.MINUTES);

        use(store(config), id);

        assertThat(map.get(id.value()), allOf(containsString("\"later\":{\"deep\":[1,null,\"é\"]}"),
                containsString("\"v\":7"), containsString("\"k\":\"w\"")));
        map.destroy();
    }

    @Test
    void whatANewerServerWroteInAHashSurvivesAllThatThisOneDoes() {
        RedisConfig config = TestRedis.config(Layout.HASH);
        SessionStore store = store(config);
        SessionId id = ((Placement.Made) store.create(ids.mint(ALICE), ALICE, OPENING)).session().id();
        String key = config.keyPrefix() + ":session:" + id.value();
        raw.call("HSET", key, "later", "something", "deep", "{\"x\":[1]}");

        use(store, id);

        assertThat(raw.text("HGET", key, "later"), is("something"));
        assertThat(raw.text("HGET", key, "deep"), is("{\"x\":[1]}"));
    }

    @Test
    void anEndingOfAKindThatIsNotKnownIsAnEnding() {
        RedisConfig config = TestRedis.config();
        SessionId id = ids.mint(ALICE);
        raw.call("SET", Partitions.of(config).of(id).tombstoneOf(id), "suspended:by the bank");

        assertThat(store(config).resume(id, ALICE), instanceOf(Lookup.Ended.class));
        assertThat(store(config).create(id, ALICE, OPENING), instanceOf(Placement.Ended.class));
    }

    /** As servers of before 28 November 2026 look: at a key of the id alone. */
    private boolean isEndedForAnOlderServer(RedisConfig config, SessionId id) {
        return raw.number("EXISTS", Partitions.of(config).of(id).tombstoneOf(id)) == 1;
    }

    @ParameterizedTest
    @EnumSource
    void whatIsDeletedHereDoesNotComeBackOnAnOlderServer(Layout layout) {
        RedisConfig config = TestRedis.config(layout);
        SessionStore store = store(config);
        List<SessionId> deleted = IntStream.range(0, 102).mapToObj(_ -> {
            SessionId id = ids.mint(ALICE);
            store.create(id, ALICE, OPENING);
            store.end(id, Ending.DELETED);
            return id;
        }).toList();

        assertThat(deleted.stream().filter(id -> isEndedForAnOlderServer(config, id)).toList(), is(deleted.subList(0, 100)));
        String first = Partitions.of(config).of(deleted.getFirst()).tombstoneOf(deleted.getFirst());
        assertThat(raw.number("PTTL", first), allOf(greaterThan(500_000L), lessThan(600_001L)));
        // After the update.
        raw.call("DEL", first);
        deleted.forEach(id -> assertThat(store.revive(id, ALICE, OPENING), instanceOf(Placement.Ended.class)));
    }

    @Test
    void anEventThatIsNotKnownIsPassedOver() {
        RedisConfig config = TestRedis.config();
        try (var feed = new RedisSessionFeed(TestRedis.client(), TestRedis.calls(TestRedis.client()), config,
                RedisTime.of(clock)); var reader = feed.read(Optional.empty())) {
            String log = Partitions.of(config).of(ALICE).log();
            String[] place = raw.text("EVAL", "return redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][1]", "1",
                    log).split("-");
            raw.call("XADD", log, place[0] + "-" + (Long.parseLong(place[1]) + 1), "k", "suspended", "s", "x");
            SessionId id = ids.mint(ALICE);
            store(config).create(id, ALICE, OPENING);
            store(config).end(id, Ending.DELETED);

            List<SessionEvent.Kind> kinds = eventually(() -> reader.next(Duration.ofMillis(200)).stream()
                    .map(heard -> heard.event().kind()).toList(), is(List.of(SessionEvent.Kind.CREATED,
                    SessionEvent.Kind.ENDED)));
            assertThat(kinds.size(), is(2));
        }
    }
}
