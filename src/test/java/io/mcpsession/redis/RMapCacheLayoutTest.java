package io.mcpsession.redis;

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
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.MutableClock;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RMapCache;
import org.redisson.client.codec.StringCodec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

/** Any JVM service may open the map with Redisson's public API: it sees our sessions, and we see what it does. */
class RMapCacheLayoutTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Opening OPENING = new Opening("2025-11-25",
            new ClientInfo("inspector", "1.2.3", "{\"roots\":{}}"), Map.of("logLevel", "debug"));

    private final MutableClock clock = MutableClock.atPresent();
    private final RedisConfig config = TestRedis.config();
    private final List<SigningKey> keys = List.of(new SigningKey(new byte[16]));
    private final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), clock);
    private final SessionStore store = new RedisSessionStore(TestRedis.calls(TestRedis.client()), config, LIMITS,
            RedisTime.of(clock));
    private final Partition partition = Partitions.of(config).of(ALICE);
    private final RMapCache<String, String> map =
            TestRedis.otherClient().getMapCache(partition.sessions(), StringCodec.INSTANCE);

    @AfterEach
    void endTheMapsOwnCleaning() {
        map.destroy();
    }

    private Session created() {
        return ((Placement.Made) store.create(ids.mint(ALICE), ALICE, OPENING)).session();
    }

    /** The record of an existing session as another service would write it for {@code id}. */
    private String recordFor(SessionId id) {
        Session model = created();
        return map.get(model.id().value()).replace(model.id().value(), id.value());
    }

    @Test
    void theMapHoldsTheRecordOfASessionAsReadableJson() {
        Session session = created();

        String text = map.get(session.id().value());

        JsonObject json = Json.createReader(new StringReader(text)).readObject();
        assertThat(json, is(Json.createObjectBuilder()
                .add("user", ALICE.fingerprint())
                .add("v", 1)
                .add("id", session.id().value())
                .add("issuer", "https://issuer.example")
                .add("subject", "alice")
                .add("created", clock.millis())
                .add("protocol", "2025-11-25")
                .add("client", Json.createObjectBuilder().add("name", "inspector").add("version", "1.2.3")
                        .add("capabilities", Json.createObjectBuilder().add("roots", Json.createObjectBuilder())))
                .add("attributes", Json.createObjectBuilder().add("logLevel", "debug"))
                .build()));
        assertThat(TestRedis.raw().text("HGET", partition.sessions(), session.id().value()), containsString(text));
    }

    @Test
    void theMapAgreesOnTheTimeToLiveAndOnTheSize() {
        Session session = created();
        created();

        long idle = LIMITS.idleTtl().toMillis();
        assertThat(map.remainTimeToLive(session.id().value()),
                is(allOf(greaterThan(idle - 10_000), lessThanOrEqualTo(idle))));
        assertThat(map.size(), is(2));
    }

    @Test
    void theMapSeesATouch() {
        Session session = created();
        clock.advance(Duration.ofMinutes(5));

        store.touch(session.id());

        assertThat(map.remainTimeToLive(session.id().value()),
                is(greaterThan(Duration.ofMinutes(14).toMillis())));
    }

    @Test
    void theMapHasNoEndedSession() {
        Session session = created();

        store.end(session.id(), Ending.DELETED);

        assertThat(map.get(session.id().value()), is(nullValue()));
        assertThat(map.containsKey(session.id().value()), is(false));
        assertThat(map.size(), is(0));
    }

    @Test
    void aSessionPutIntoTheMapWithATtlIsASession() {
        SessionId id = ids.mint(ALICE);

        map.put(id.value(), recordFor(id), 5, TimeUnit.MINUTES);

        Lookup found = store.find(id);
        assertThat(found, instanceOf(Lookup.Live.class));
        Session session = ((Lookup.Live) found).session();
        assertThat(session.owner(), is(ALICE));
        assertThat(Duration.between(clock.instant(), session.expires()).toSeconds(),
                is(allOf(greaterThan(290L), lessThanOrEqualTo(310L))));
        assertThat(store.count(), is(2L));
        clock.advance(Duration.ofMinutes(4));
        assertThat(store.resume(id, ALICE),
                is(new Lookup.Live(session.expiring(clock.instant().plus(LIMITS.idleTtl())))));
        clock.advance(LIMITS.idleTtl());
        assertThat(store.find(id), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void aSessionExtendedThroughTheMapLivesAsLongAsTheMapSays() {
        Session session = created();

        map.expireEntry(session.id().value(), Duration.ofMinutes(30), Duration.ZERO);

        clock.advance(Duration.ofMinutes(25));
        assertThat(store.find(session.id()), instanceOf(Lookup.Live.class));
    }

    @Test
    void aSessionRemovedFromTheMapIsAbsent() {
        Session removed = created();
        Session other = created();

        map.fastRemove(removed.id().value());

        assertThat(store.find(removed.id()), is(Lookup.Absent.INSTANCE));
        assertThat(store.touch(removed.id()), is(Lookup.Absent.INSTANCE));
        assertThat(store.list(ALICE, Optional.empty(), 10).sessions(), is(List.of(other)));
        assertThat(store.count(), is(1L));
    }

    @Test
    void membersThatThisVersionDoesNotKnowSurviveEveryVerb() {
        SessionId id = ids.mint(ALICE);
        String future = recordFor(id).replaceFirst("}$", ",\"later\":{\"deep\":[1,null,\"é\"]},\"flag\":true}");
        map.put(id.value(), future, 5, TimeUnit.MINUTES);

        clock.advance(Duration.ofMinutes(1));
        store.resume(id, ALICE);
        store.touch(id);

        assertThat(map.get(id.value()), is(future));
        Session read = ((Lookup.Live) store.find(id)).session();
        assertThat(read.carried(), is("{\"later\":{\"deep\":[1,null,\"é\"]},\"flag\":true}"));
        assertThat(SessionRecord.read(SessionRecord.write(read), read.expires()), is(read));
    }

    @Test
    void whatIsNoRecordIsReportedWithoutItsContentAndCanBeEnded() {
        SessionId id = ids.mint(ALICE);
        map.put(id.value(), "{\"secret\":\"s3cret", 5, TimeUnit.MINUTES);

        try (var log = new LogCapture(UnreadableRecords.class.getName())) {
            assertThat(store.find(id), is(Lookup.Absent.INSTANCE));

            assertThat(log.at(Level.WARNING), hasSize(1));
            assertThat(log.at(Level.WARNING).toString(), not(containsString("s3cret")));
        }
        assertThat(store.end(id, Ending.DELETED), is(Lookup.Absent.INSTANCE));
        assertThat(store.find(id), is(new Lookup.Ended(Ending.DELETED)));
    }
}
