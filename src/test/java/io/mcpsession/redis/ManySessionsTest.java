package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimitException;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionLimits.WhenFull;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import io.mcpsession.session.StoreAllowance;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.api.RedissonClient;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What a user with very many sessions costs Redis, which serves nobody else while a script runs. */
class ManySessionsTest {

    private static final int MANY = 100_000;
    private static final int FEW = 10;
    private static final int CREATES = 200;
    private static final Duration IDLE = Duration.ofMinutes(10);
    private static final Duration LIFETIME = Duration.ofHours(24);
    private static final Principal BUSY = Principal.ofSubject("busy");
    private static final Principal QUIET = Principal.ofSubject("quiet");
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);

    private final EmbeddedRedis server = EmbeddedRedis.start();
    private final RawRedis raw = new RawRedis(server.address());
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[32])), new SecureRandom(),
            Clock.systemUTC());
    private RedissonClient client;
    private RedisCalls calls;
    private RedisConfig config;

    @AfterEach
    void stop() {
        client.shutdown();
        raw.close();
        server.close();
    }

    private SessionStore store(Layout layout, int perUser, WhenFull whenFull) {
        if (client == null) {
            config = RedisConfig.single(server.address(), Duration.ofSeconds(10), 8, "many", 16, layout);
            client = RedisClient.open(config);
            calls = new RedisCalls(client, config, (_, _, _) -> { });
        }
        return new RedisSessionStore(calls, config, new SessionLimits(IDLE, LIFETIME, perUser, whenFull, Long.MAX_VALUE),
                RedisTime.server());
    }

    private SessionId create(SessionStore store, Principal owner) {
        return ((Placement.Made) store.create(ids.mint(owner), owner, OPENING)).session().id();
    }

    private void fill(SessionStore store, Principal owner, int many) throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(64)) {
            for (var made : executor.invokeAll(IntStream.range(0, many)
                    .<Callable<SessionId>>mapToObj(_ -> () -> create(store, owner)).toList())) {
                made.get();
            }
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @EnumSource
    void aCreateCostsTheSameForAUserWithTenSessionsAndForOneWithAHundredThousand(Layout layout) throws Exception {
        SessionStore large = store(layout, MANY, WhenFull.EVICT_OLDEST);
        SessionStore small = store(layout, FEW, WhenFull.EVICT_OLDEST);
        fill(large, BUSY, MANY);
        fill(small, QUIET, FEW);

        double few = microsOfACreate(small, QUIET);
        double many = microsOfACreate(large, BUSY);

        System.out.printf(Locale.ROOT, "%s: a create that evicts takes Redis %.0f us with %,d sessions, %.0f us with %,d%n",
                layout, few, FEW, many, MANY);
        // Far below what it is when all are looked at, and above what a busy machine adds.
        assertThat(many, lessThan(5 * few + 1000));
        assertThat(large.count(BUSY), is((long) MANY));
        assertThat(small.count(QUIET), is((long) FEW));
        assertThrows(SessionLimitException.class, () -> create(store(layout, MANY, WhenFull.REJECT), BUSY));
        assertThat(large.count(BUSY), is((long) MANY));
    }

    private double microsOfACreate(SessionStore store, Principal owner) {
        create(store, owner);
        raw.call("CONFIG", "RESETSTAT");
        for (int i = 0; i < CREATES; i++) {
            create(store, owner);
        }
        String eval = Arrays.stream(((String) raw.call("INFO", "commandstats")).split("\r\n"))
                .filter(line -> line.startsWith("cmdstat_evalsha:")).findFirst().orElseThrow();
        return Double.parseDouble(eval.replaceFirst(".*usec_per_call=([0-9.]+).*", "$1"));
    }

    @Tag("slow")
    @ParameterizedTest
    @EnumSource
    void aHundredThousandSessionsAreListedAndRevokedByShortScripts(Layout layout) throws Exception {
        SessionStore store = store(layout, MANY, WhenFull.EVICT_OLDEST);
        fill(store, BUSY, MANY);
        SessionId other = create(store, QUIET);
        raw.call("CONFIG", "SET", "slowlog-log-slower-than", "1000000");
        raw.call("SLOWLOG", "RESET");

        assertThat(store.list(BUSY, Optional.empty(), 50).sessions().size(), is(50));
        List<Integer> revoked = new ArrayList<>();
        // As much as one request may wait for Redis in all.
        StoreAllowance.grant(config.timeout(), () -> revoked.add(store.endAll(BUSY, Optional.empty(), Ending.revoked("test"))));

        assertThat(revoked, is(List.of(MANY)));
        assertThat(store.count(BUSY), is(0L));
        assertThat(store.find(other), is(instanceOf(Lookup.Live.class)));
        assertThat("scripts of a second or more, whatever else the machine does", raw.call("SLOWLOG", "LEN"), is(0L));
    }

    @ParameterizedTest
    @EnumSource
    void ofMoreThanAreLookedAtOneLongUnusedGoes(Layout layout) throws Exception {
        SessionStore store = store(layout, 1000, WhenFull.EVICT_OLDEST);
        List<SessionId> unused = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            unused.add(create(store, BUSY));
        }
        SessionId oldest = unused.removeFirst();
        // The time of Redis goes on between the two.
        Thread.sleep(1100);
        assertThat(store.touch(oldest), is(instanceOf(Lookup.Live.class)));

        for (int i = 0; i < 100; i++) {
            create(store, BUSY);
        }

        assertThat(store.count(BUSY), is(1000L));
        assertThat(store.find(oldest), is(instanceOf(Lookup.Live.class)));
        assertThat(unused.stream().filter(id -> !(store.find(id) instanceof Lookup.Live)).count(), is(greaterThan(99L)));
    }
}
