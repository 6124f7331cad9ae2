package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.api.RedissonClient;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

/** Many who ask for many sessions at once get them, and keep nobody from his one. */
@Timeout(120)
class LargeBatchesTest {

    private static final int CALLERS = 64;
    private static final int BATCH = 100;
    private static final int ROUNDS = 5;
    /** Enough on a machine that does much else. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);
    private static final Principal OWNER = Principal.ofSubject("owner");
    private static final Principal OTHER = Principal.ofSubject("other");

    private final EmbeddedRedis server = EmbeddedRedis.start();
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[32])), new SecureRandom(),
            Clock.systemUTC());
    private RedissonClient client;

    @AfterEach
    void stop() {
        client.shutdown();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void areAllAnsweredBesideAnotherUsersCallsWhichNeverFail(Layout layout) throws Exception {
        RedisConfig config = RedisConfig.single(server.address(), PATIENCE, 8, "batches", 16, layout);
        client = RedisClient.open(config);
        RedisCalls calls = new RedisCalls(client, config, (_, _, _) -> { });
        SessionStore store = new RedisSessionStore(calls, config,
                new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24)), RedisTime.server());
        SessionId other = opened(store, OTHER);
        List<Inquiry> batch = IntStream.range(0, BATCH)
                .mapToObj(number -> new Inquiry(opened(store, OWNER), Optional.of(OWNER), number % 2 == 0)).toList();

        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Lookup>>> batches = IntStream.range(0, CALLERS)
                    .mapToObj(_ -> executor.submit(all(store, batch))).toList();
            int asked = 0;
            while (batches.stream().anyMatch(it -> !it.isDone())) {
                assertThat(store.resume(other, OTHER), is(instanceOf(Lookup.Live.class)));
                asked++;
            }
            for (Future<List<Lookup>> answers : batches) {
                assertThat(answers.get().size(), is(BATCH));
                assertThat(answers.get(), everyItem(instanceOf(Lookup.Live.class)));
            }
            assertThat(asked, is(greaterThan(0)));
        }

        assertThat(calls.openCircuits(), is(0));
    }

    private static Callable<List<Lookup>> all(SessionStore store, List<Inquiry> batch) {
        return () -> Stream.generate(() -> store.lookUp(batch)).limit(ROUNDS).reduce((_, last) -> last).orElseThrow();
    }

    private SessionId opened(SessionStore store, Principal owner) {
        SessionId id = ids.mint(owner);
        return ((Placement.Made) store.create(id, owner, OPENING)).session().id();
    }
}
