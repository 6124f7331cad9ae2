package io.mcpsession.redis;

import io.mcpsession.relay.EventLog;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Place;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionLimits.WhenFull;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.api.RedissonClient;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** How many bytes one user can take in Redis, whatever it does. */
@Timeout(300)
class UserFootprintTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24), 100,
            WhenFull.EVICT_OLDEST, Long.MAX_VALUE);
    private static final Principal ALICE = Principal.ofSubject("alice");
    private static final Principal BOB = Principal.ofSubject("bob");
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);
    private static final String LARGE = "x".repeat(1_000_000);

    private final EmbeddedRedis server = EmbeddedRedis.start();
    private final RawRedis raw = new RawRedis(server.address());
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[32])), new SecureRandom(),
            Clock.systemUTC());
    private RedissonClient client;
    private RedisCalls calls;
    private RedisConfig config;
    private SessionStore store;

    @AfterEach
    void stop() {
        client.shutdown();
        raw.close();
        server.close();
    }

    private void open(Layout layout) {
        config = RedisConfig.single(server.address(), Duration.ofSeconds(5), 8, "one", 16, layout);
        client = RedisClient.open(config);
        calls = new RedisCalls(client, config, (_, _, _) -> { });
        store = new RedisSessionStore(calls, config, LIMITS, RedisTime.server());
    }

    private SessionId created(Principal owner) {
        return ((Placement.Made) store.create(ids.mint(owner), owner, OPENING)).session().id();
    }

    /** Bytes of all keys whose names begin so. */
    private long bytes(String kind) {
        return raw.number("EVAL", """
                local cursor, bytes = '0', 0
                repeat
                  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000)
                  cursor = page[1]
                  for _, key in ipairs(page[2]) do bytes = bytes + redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 0) end
                until cursor == '0'
                return bytes""", "0", "one:" + kind + ":*");
    }

    private static void printed(Layout layout, String what, double bytes) {
        System.out.printf(Locale.ROOT, "%s: %s %,.0f bytes%n", layout, what, bytes);
    }

    private void openAndDelete(int many) throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(32)) {
            for (var ended : executor.invokeAll(IntStream.range(0, many).<Callable<SessionId>>mapToObj(_ -> () -> {
                SessionId id = created(ALICE);
                store.end(id, Ending.DELETED);
                return id;
            }).toList())) {
                ended.get();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void sessionsThatAreOpenedAndDeletedAreRememberedInFewBytesAndNotWithoutEnd(Layout layout) throws Exception {
        open(layout);
        SessionId first = created(ALICE);
        store.end(first, Ending.DELETED);
        SessionId revoked = created(ALICE);
        store.endAll(ALICE, Optional.empty(), Ending.revoked("test"));
        openAndDelete(10_000);
        long most = bytes("gone");
        printed(layout, "a tombstone, of 10,000 of one user,", most / 10_000.0);
        assertThat(most / 10_000, lessThan(130L));

        openAndDelete(5000);
        SessionId last = created(ALICE);
        store.end(last, Ending.DELETED);

        for (SessionId id : List.of(first, last)) {
            assertThat(store.find(id), is(new Lookup.Ended(Ending.DELETED)));
            assertThat(store.revive(id, ALICE, OPENING), is(instanceOf(Placement.Ended.class)));
        }
        assertThat(store.find(revoked), is(new Lookup.Ended(Ending.revoked("test"))));
        // After a minute only those are left that older servers are told of, and after ten none of these.
        assertThat(raw.texts("EVAL", """
                local longest, longer, cursor = 0, 0, '0'
                repeat
                  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000)
                  cursor = page[1]
                  for _, key in ipairs(page[2]) do
                    if redis.call('GET', key) == 'deleted' then
                      local ms = redis.call('PTTL', key)
                      longest = math.max(longest, ms)
                      if ms > 60000 then longer = longer + 1 end
                    end
                  end
                until cursor == '0'
                return {tostring(longer), tostring(longest <= 600000)}""", "0", "one:gone:*mcp-*"), is(List.of("100", "true")));
    }

    @ParameterizedTest
    @EnumSource
    void callLogsOfAUserMakeRoomForEachOther(Layout layout) {
        open(layout);
        EventLog log = new RedisEventLog(calls, config, RedisTime.server());
        SessionId bobs = created(BOB);
        log.append(bobs, "calm", new EventLog.Entry(1, "kept", true));
        List<SessionId> sessions = new ArrayList<>(List.of(created(ALICE), created(ALICE), created(ALICE)));
        for (int i = 0; i < 60; i++) {
            for (int part = 1; part <= 2; part++) {
                log.append(sessions.get(i % 3), "call" + i, new EventLog.Entry(part, LARGE, part == 2));
            }
        }

        long bytes = bytes("stream");
        printed(layout, "call logs of one user", bytes);
        assertThat(bytes, lessThan(20_000_000L));
        assertThat(log.after(bobs, "calm", 0).orElseThrow().entries().getFirst().data(), is("kept"));
        assertThat(log.after(sessions.get(59 % 3), "call59", 1).orElseThrow().over(), is(true));
        assertThat(log.after(sessions.getFirst(), "call0", 0), is(Optional.empty()));
    }

    @ParameterizedTest
    @EnumSource
    void manySmallCallLogsMakeRoomToo(Layout layout) {
        open(layout);
        EventLog log = new RedisEventLog(calls, config, RedisTime.server());
        SessionId session = created(ALICE);
        for (int i = 0; i < 1000; i++) {
            log.append(session, "call" + i, new EventLog.Entry(1, "small", true));
        }

        assertThat(raw.number("EVAL", "return #redis.call('KEYS', ARGV[1])", "0", "one:stream:*call*"), is(256L));
        assertThat(log.after(session, "call999", 0).orElseThrow().over(), is(true));
    }

    @ParameterizedTest
    @EnumSource
    void conversationsOfAUserAreForgottenFromTheOldestOn(Layout layout) {
        open(layout);
        for (int i = 0; i < 3000; i++) {
            store.anchor(Place.conversation("talk " + i), Optional.empty(), Optional.of(ids.mint(ALICE)), ALICE, OPENING);
        }

        long bytes = bytes("at");
        printed(layout, "places of one user", bytes);
        assertThat(bytes, lessThan(600_000L));
        assertThat(raw.number("EVAL", "return #redis.call('KEYS', ARGV[1])", "0", "one:at:*"), is(1001L));
        assertThat(store.anchor(Place.conversation("talk 2999"), Optional.empty(), Optional.of(ids.mint(ALICE)), ALICE,
                OPENING), is(instanceOf(Placement.Found.class)));
        assertThat(store.count(ALICE), is(100L));
    }

    @ParameterizedTest
    @EnumSource
    void subscriptionsOfASessionAreBoundedInBytesToo(Layout layout) {
        open(layout);
        RedisSubscriptions subscriptions = new RedisSubscriptions(calls, config, LIMITS, RedisTime.server());
        SessionId session = created(ALICE);
        String uri = "file:///" + "\u00e9".repeat(1000);

        long kept = IntStream.range(0, 256).filter(i -> subscriptions.add(session, uri + i)).count();

        assertThat(kept, is(32L));
        assertThat(subscriptions.add(session, uri + 0), is(true));
        assertThat(subscriptions.add(session, "file:///short"), is(true));
    }
}
