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
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Sessions that begin and end at the same moment share their way to Redis, and nothing else. */
@Timeout(60)
class GatheredSessionsTest {

    private static final int USERS = 40;
    private static final int SESSIONS = 25;
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);

    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[32])), new SecureRandom(),
            Clock.systemUTC());
    private final RawRedis raw = TestRedis.raw();

    private SessionStore store(RedisConfig config) {
        return new RedisSessionStore(TestRedis.calls(TestRedis.client(), config.layout()), config,
                new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24)), RedisTime.server());
    }

    private static List<Principal> users() {
        return IntStream.range(0, USERS).mapToObj(number -> Principal.ofSubject("user" + number)).toList();
    }

    private static <T> List<T> all(List<Principal> users, Function<Principal, T> work) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<T>> calls = users.stream().<Callable<T>>map(user -> () -> work.apply(user)).toList();
            List<T> results = new ArrayList<>();
            for (Future<T> result : executor.invokeAll(calls)) {
                results.add(result.get());
            }
            return results;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoComesAtTheSameMomentGetsHisOwnAnswer(Layout layout) throws Exception {
        SessionStore store = store(TestRedis.config(layout));
        Map<String, Long> before = raw.commandCounts();

        all(users(), user -> {
            for (int i = 0; i < SESSIONS; i++) {
                live(store, user);
            }
            return user;
        });

        assertThat(store.count(), is(0L));
        // Three verbs that write for each session.
        long runs = raw.commandCounts().get("evalsha") - before.getOrDefault("evalsha", 0L);
        assertThat(runs, is(lessThan(3L * USERS * SESSIONS)));
    }

    private void live(SessionStore store, Principal user) {
        SessionId id = ids.mint(user);
        Session session = ((Placement.Made) store.create(id, user, OPENING)).session();
        assertThat(session.id(), is(id));
        assertThat(session.owner(), is(user));
        assertThat(store.resume(id, user), is(instanceOf(Lookup.Live.class)));
        assertThat(store.endLive(ids.mint(user), Ending.DELETED), is(Lookup.Absent.INSTANCE));
        Lookup ended = store.endLive(id, Ending.DELETED);
        assertThat(((Lookup.Live) ended).session().id(), is(id));
        assertThat(store.end(id, Ending.revoked("late")), is(new Lookup.Ended(Ending.DELETED)));
        assertThat(store.list(user, Optional.empty(), 10).sessions(), is(empty()));
    }

    @ParameterizedTest
    @EnumSource
    void oneThatFailsAtFirstTakesNoOtherWithItAndIsMadeInTheEnd(Layout layout) throws Exception {
        RedisConfig config = TestRedis.config(layout);
        SessionStore store = store(config);
        Principal broken = Principal.ofSubject("user7");
        raw.call("SET", Partitions.of(config).of(broken).indexOf(broken), "not a sorted set");

        List<SessionId> made = all(users(), user ->
                ((Placement.Made) store.create(ids.mint(user), user, OPENING)).session().id());

        assertThat(store.list(broken, Optional.empty(), 10).sessions().stream().map(Session::id).toList(),
                is(List.of(made.get(7))));
        assertThat(store.count(), is((long) USERS));
    }
}
