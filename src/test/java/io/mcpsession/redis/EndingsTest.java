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
import io.mcpsession.session.StoreUnavailableException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What a Redis has forgotten that did not answer for a moment. */
class EndingsTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);

    private final RedisConfig config = TestRedis.config();
    private final RedisCalls calls = TestRedis.calls(TestRedis.client());
    private final RedisTime time = RedisTime.server();
    private final Endings endings = new Endings(calls, config, LIMITS, time);
    private final SessionStore store = new RedisSessionStore(calls, config, LIMITS, time, endings);
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[16])), new SecureRandom(),
            Clock.systemUTC());
    private final RawRedis raw = TestRedis.raw();
    private final Partitions partitions = Partitions.of(config);

    @AfterEach
    void close() {
        endings.close();
    }

    private SessionId ended(Principal owner) {
        SessionId id = ids.mint(owner);
        store.create(id, owner, OPENING);
        store.end(id, Ending.DELETED);
        return id;
    }

    /** As a Redis that had not heard of the end; the session itself need not be there to be told that it is. */
    private void forget(Partition partition, SessionId id) {
        String remembered = partition.tombstones() + id.createdMillis() / 3_600_000 + ":" + id.value().substring(19, 21);
        assertThat(raw.call("HDEL", remembered, sha1(id.value()).substring(0, 16)), is(1L));
        raw.call("DEL", partition.tombstoneOf(id));
    }

    private static String sha1(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void outage() {
        assertThrows(StoreUnavailableException.class,
                () -> calls.await("get", () -> CompletableFuture.failedFuture(new TimeoutException())));
    }

    @Test
    void aPartitionThatCannotBeToldKeepsNoOtherFromHearing() {
        Map<Partition, SessionId> ended = new LinkedHashMap<>();
        IntStream.range(0, 100).mapToObj(number -> Principal.ofSubject("user" + number))
                .forEach(user -> ended.computeIfAbsent(partitions.of(user), _ -> ended(user)));
        ended.forEach(this::forget);
        Partition broken = ended.keySet().iterator().next();
        outage();

        try (DeniedPartition _ = DeniedPartition.of(raw, config, broken)) {
            endings.look();
        }

        ended.remove(broken);
        ended.values().forEach(id -> assertThat(store.find(id), is(new Lookup.Ended(Ending.DELETED))));
    }

    @Test
    void whatCouldNotBeToldIsToldOnceItCan() {
        SessionId id = ended(Principal.ofSubject("alice"));
        Partition partition = partitions.of(id);
        forget(partition, id);
        outage();
        try (DeniedPartition _ = DeniedPartition.of(raw, config, partition)) {
            endings.look();
        }
        assertThat(store.find(id), is(Lookup.Absent.INSTANCE));

        endings.look();

        assertThat(store.find(id), is(new Lookup.Ended(Ending.DELETED)));
    }
}
