package io.mcpsession.redis;

import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.Scopes;
import io.mcpsession.limit.Rate;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.relay.EventLog;
import io.mcpsession.relay.SessionEvent;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SessionStoreContract;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

/** All that is kept in Redis works on several servers as on one, for a user who may do just what the README says. */
abstract class TopologyContract extends SessionStoreContract {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final RedisConfig config = config("acl:" + NUMBERS.incrementAndGet());
    private final RedisCalls calls = new RedisCalls(client(), config, (_, _, _) -> { });
    private final SessionStore store = storeWithin(LIMITS);

    /** Settings of somebody who may use keys that begin with {@code acl:} and no others. */
    abstract RedisConfig config(String prefix);

    abstract RedissonClient client();

    @Override
    public SessionStore store() {
        return store;
    }

    @Override
    public SessionStore storeWithin(SessionLimits limits) {
        return new RedisSessionStore(calls, config, limits, RedisTime.of(clock));
    }

    @Override
    public void storeSomethingIn(SessionId id) {
        new RedisNotes(calls, config, LIMITS, RedisTime.of(clock)).put(id, "name", "text");
    }

    private List<SessionId> sessionsOfManyUsers() {
        return IntStream.range(0, 60).mapToObj(number -> opened(Principal.ofSubject("user " + number))).toList();
    }

    @Test
    void manySessionsAreAskedForAtOnceWhereverTheyAre() {
        List<SessionId> all = sessionsOfManyUsers();

        List<Lookup> found = store.lookUp(all.stream().map(id -> new Inquiry(id, Optional.empty(), false)).toList());

        assertThat(found, hasSize(60));
        assertThat(found, everyItem(instanceOf(Lookup.Live.class)));
        assertThat(store.count(), is(60L));
    }

    @Test
    void whatHappensIsTold() {
        try (var feed = new RedisSessionFeed(client(), calls, config, RedisTime.of(clock));
                var reader = feed.read(Optional.empty())) {
            SessionId id = opened(ALICE);
            store.end(id, Ending.DELETED);
            List<SessionEvent.Kind> heard = new ArrayList<>();
            eventually(() -> {
                reader.next(Duration.ofMillis(100)).forEach(one -> heard.add(one.event().kind()));
                return heard;
            }, is(List.of(SessionEvent.Kind.CREATED, SessionEvent.Kind.ENDED)));
        }
    }

    @Test
    void expiredSessionsAreReclaimedFromEveryPartition() {
        sessionsOfManyUsers();
        clock.advance(IDLE.plusSeconds(1));
        try (var reclaimer = new Reclaimer(calls, config, RedisTime.of(clock), () -> { })) {
            assertThat(reclaimer.reclaim(), is(60));
        }
    }

    @Test
    void notesSubscriptionsAndEventsOfACallAreKept() {
        SessionId id = opened(ALICE);
        var notes = new RedisNotes(calls, config, LIMITS, RedisTime.of(clock));
        var subscriptions = new RedisSubscriptions(calls, config, LIMITS, RedisTime.of(clock));
        var events = new RedisEventLog(calls, config, RedisTime.server());

        notes.put(id, "name", "text");
        assertThat(notes.list(id).get("name"), is("text"));
        assertThat(notes.delete(id, "name"), is(true));
        assertThat(subscriptions.add(id, "file:///x"), is(true));
        assertThat(subscriptions.of(id), is(Set.of("file:///x")));
        subscriptions.remove(id, "file:///x");
        assertThat(subscriptions.of(id), is(Set.of()));
        events.append(id, "1", new EventLog.Entry(1, "data", true));
        assertThat(events.after(id, "1", 0).orElseThrow().entries().size(), is(1));
    }

    @Test
    void whatAllReplicasShareIsShared() {
        var tokens = new RedisTokenStore(client(), calls, config);
        var token = new ApiToken("id", "alice", "laptop", Instant.ofEpochMilli(clock.millis()), Optional.empty(), Scopes.ALL);
        tokens.add("digest", token);
        tokens.used("id", Instant.ofEpochMilli(1));
        assertThat(tokens.find("digest"), is(Optional.of(token)));
        assertThat(tokens.rotate("id", "other", Instant.ofEpochMilli(clock.millis() + 1000)), is(true));
        assertThat(tokens.lastUses().size(), is(1));
        assertThat(tokens.revoke("id"), is(true));

        assertThat(new RedisPermits(calls, config, RedisTime.of(clock)).take("alice", new Rate(10, 10), 3), is(3L));

        try (var keys = new SharedSigningKeys(calls, config, new SecureRandom());
                var others = new SharedSigningKeys(calls, config, new SecureRandom())) {
            assertThat(keys.current(), is(others.current()));
        }
        try (var health = new RedisHealth(calls, clock)) {
            health.check();
            assertThat(health.reachable(), is(true));
        }
    }

    @Test
    void theBusReachesAllReplicas() {
        Queue<BusEvent> heard = new ConcurrentLinkedQueue<>();
        try (var bus = new RedisBus(client(), calls, config)) {
            bus.follow(event -> heard.add(event.event()));
            bus.start();
            eventually(() -> {
                bus.publish(new BusEvent.SessionsEnded("somebody"));
                return heard.size();
            }, is(greaterThan(0)));
            assertThat(bus.after(bus.position(), _ -> true), is(true));
        }
    }
}
