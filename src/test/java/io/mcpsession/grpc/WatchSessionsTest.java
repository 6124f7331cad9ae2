package io.mcpsession.grpc;

import com.google.protobuf.Duration;
import io.grpc.Status.Code;
import io.mcpsession.redis.RedisSessionStore;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.redis.RedisSessionFeed;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.TestRedis;
import io.mcpsession.session.SessionStore;
import io.mcpsession.testing.MutableClock;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.DeleteSessionRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.RevokeUserSessionsRequest;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.SessionEventKind;
import io.mcpsession.v1.TouchSessionRequest;
import io.mcpsession.v1.WatchSessionsRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.api.RedissonClient;
import org.redisson.api.stream.StreamTrimArgs;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

class WatchSessionsTest {

    private final MutableClock clock = MutableClock.atPresent();
    private final RedisConfig config = TestRedis.config();
    private final Principal alice = user();
    private final Principal bob = user();
    private Replica here;
    private Replica there;

    /** One process, as far as watching goes. */
    private final class Replica implements AutoCloseable {

        private final RedisSessionFeed feed;
        private final RunningApi api;

        Replica(RedissonClient client) {
            SessionStore store = new RedisSessionStore(TestRedis.calls(client), config, RunningApi.LIMITS,
                    RedisTime.of(clock));
            feed = new RedisSessionFeed(client, TestRedis.calls(client), config, RedisTime.of(clock));
            api = new RunningApi(store, clock, feed);
        }

        Session create(Principal owner) {
            return api.stub().createSession(CreateSessionRequest.newBuilder()
                    .setOwner(owner).setProtocolVersion("2025-11-25").build());
        }

        void delete(Session session) {
            api.stub().deleteSession(DeleteSessionRequest.newBuilder().setSessionId(session.getSessionId()).build());
        }

        @Override
        public void close() {
            feed.close();
            api.close();
        }
    }

    private static Principal user() {
        return Principal.newBuilder().setIssuer("https://\u00fcser.example").setSubject(UUID.randomUUID().toString())
                .build();
    }

    @BeforeEach
    void start() {
        here = new Replica(TestRedis.client());
        there = new Replica(TestRedis.otherClient());
    }

    @AfterEach
    void stop() {
        here.close();
        there.close();
    }

    private static List<SessionEventKind> kinds(Watcher watcher) {
        return watcher.events().stream().map(SessionEvent::getKind).toList();
    }

    @Test
    void aWatcherHearsOfWhatHappensOnAnotherReplica() {
        try (Watcher watcher = new Watcher(here.api, Watcher.from(""))) {
            Session session = there.create(alice);
            clock.advance(java.time.Duration.ofSeconds(5));
            there.delete(session);

            List<SessionEvent> events = eventually(watcher::events, hasSize(2));

            assertThat(kinds(watcher), contains(SessionEventKind.SESSION_EVENT_KIND_CREATED,
                    SessionEventKind.SESSION_EVENT_KIND_ENDED));
            SessionEvent created = events.getFirst();
            assertThat(created.getSessionId(), is(session.getSessionId()));
            assertThat(created.getOwner(), is(alice));
            assertThat(created.getExpireTime(), is(session.getExpireTime()));
            assertThat(created.getTime(), is(session.getCreateTime()));
            assertThat(ApiOnRedis.instant(events.getLast().getTime()), is(clock.instant()));
        }
    }

    @Test
    void aRevocationTellsOfEachSessionAndWhy() {
        try (Watcher watcher = new Watcher(here.api, Watcher.of(alice, SessionEventKind.SESSION_EVENT_KIND_REVOKED))) {
            here.create(alice);
            here.create(alice);
            here.create(bob);
            there.api.stub().revokeUserSessions(RevokeUserSessionsRequest.newBuilder()
                    .setOwner(alice).setReason("laptop: stolen").build());

            List<SessionEvent> events = eventually(watcher::events, hasSize(2));

            assertThat(events.stream().map(SessionEvent::getRevocationReason).toList(),
                    contains("laptop: stolen", "laptop: stolen"));
        }
    }

    @Test
    void usingASessionIsNoEvent() {
        try (Watcher watcher = new Watcher(here.api, Watcher.from(""))) {
            Session session = here.create(alice);
            clock.advance(java.time.Duration.ofSeconds(5));
            here.api.stub().touchSession(TouchSessionRequest.newBuilder().setSessionId(session.getSessionId()).build());
            here.delete(session);

            eventually(watcher::events, hasSize(2));

            assertThat(kinds(watcher), contains(SessionEventKind.SESSION_EVENT_KIND_CREATED,
                    SessionEventKind.SESSION_EVENT_KIND_ENDED));
        }
    }

    @Test
    void aWatchGoesOnWhereItStoppedOnAnotherReplica() {
        Watcher first = new Watcher(here.api, Watcher.from(""));
        Session seen = here.create(alice);
        eventually(first::events, hasSize(1));
        first.kill();
        Session missed = here.create(alice);
        here.create(bob);

        try (Watcher second = new Watcher(there.api, Watcher.from(first.token()))) {
            here.delete(seen);
            eventually(second::events, hasSize(3));

            assertThat(second.events().stream().filter(event -> event.getOwner().equals(alice))
                    .map(SessionEvent::getSessionId).toList(), contains(missed.getSessionId(), seen.getSessionId()));
        }
    }

    @Test
    void aWatchGoesOnAfterARestart() {
        Watcher before = new Watcher(here.api, Watcher.from(""));
        before.kill();
        here.close();
        there.create(alice);
        here = new Replica(TestRedis.client());

        try (Watcher after = new Watcher(here.api, Watcher.from(before.token()))) {
            assertThat(eventually(after::events, hasSize(1)).getFirst().getOwner(), is(alice));
        }
    }

    @Test
    void aTokenOfAnyMessageMaySkipWhatAFilterLeftOut() {
        Watcher filtered = new Watcher(here.api, Watcher.of(alice));
        here.create(bob);
        here.create(alice);
        eventually(filtered::events, hasSize(1));
        eventually(filtered::checkpoints, greaterThan(2));
        filtered.kill();

        try (Watcher all = new Watcher(here.api, Watcher.from(filtered.token()))) {
            Session next = here.create(bob);
            assertThat(eventually(all::events, hasSize(1)).getFirst().getSessionId(), is(next.getSessionId()));
        }
    }

    @Test
    void anIdleWatchSendsCheckpoints() {
        try (Watcher watcher = new Watcher(here.api, Watcher.from(""))) {
            eventually(watcher::checkpoints, greaterThan(3));
            assertThat(watcher.events(), hasSize(0));
        }
    }

    @Test
    void aTokenOfALogThatIsGoneIsTooOldAndTheOldestOneGoesOn() {
        Watcher before = new Watcher(here.api, Watcher.from(""));
        before.kill();
        TestRedis.client().getKeys().deleteByPattern(config.keyPrefix() + ":events:*");
        clock.advance(java.time.Duration.ofMillis(1));
        Session oldest = here.create(alice);

        try (Watcher late = new Watcher(there.api, Watcher.from(before.token()))) {
            Throwable refused = eventually(late::failure, is(not(Optional.empty())))
                    .orElseThrow();
            Failure failure = Failure.of(() -> {
                throw refused;
            });
            assertThat(failure.code(), is(Code.OUT_OF_RANGE));
            assertThat(failure.reason(), is("WATCH_TOKEN_COMPACTED"));
            Map<String, String> metadata = failure.metadata();
            try (Watcher again = new Watcher(there.api, Watcher.from(metadata.get("oldest")))) {
                assertThat(eventually(again::events, hasSize(1)).getFirst().getSessionId(),
                        is(oldest.getSessionId()));
            }
        }
    }

    @Test
    void aTokenOfEventsThatWereCutOffIsTooOld() {
        Watcher before = new Watcher(here.api, Watcher.from(""));
        before.kill();
        here.create(alice);
        here.create(alice);
        TestRedis.client().getKeys().getKeysByPattern(config.keyPrefix() + ":events:*").forEach(key ->
                TestRedis.client().getStream(key).trim(
                        StreamTrimArgs.maxLen(1).noLimit()));

        try (Watcher late = new Watcher(there.api, Watcher.from(before.token()))) {
            Throwable refused = eventually(late::failure, is(not(Optional.empty()))).orElseThrow();
            assertThat(Failure.of(() -> {
                throw refused;
            }).reason(), is("WATCH_TOKEN_COMPACTED"));
        }
    }

    @Test
    void aReplicaThatStopsSendsItsWatchersElsewhere() {
        try (Watcher watcher = new Watcher(here.api, Watcher.from(""))) {
            here.feed.close();

            Throwable ended = eventually(watcher::failure,
                    is(not(Optional.empty()))).orElseThrow();

            assertThat(Failure.of(() -> {
                throw ended;
            }).reason(), is("SERVER_STOPPING"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "AQ==x", "Ag"})
    void whatIsNoTokenIsRefused(String token) {
        assertThat(refused(Watcher.from(token)).field(), is("resume_token"));
    }

    @Test
    void anIntervalOutOfBoundsIsRefused() {
        assertThat(refused(WatchSessionsRequest.newBuilder()
                .setCheckpointInterval(Duration.newBuilder().setNanos(1)).build()).field(), is("checkpoint_interval"));
    }

    private Failure refused(WatchSessionsRequest request) {
        Failure failure = Failure.of(() -> here.api.stub().watchSessions(request).hasNext());
        assertThat(failure.code(), is(Code.INVALID_ARGUMENT));
        assertThat(failure.reason(), is("REQUEST_INVALID"));
        return failure;
    }
}
