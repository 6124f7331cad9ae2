package io.mcpsession.grpc;

import com.google.protobuf.Timestamp;
import io.mcpsession.redis.RedisSessionStore;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.TestRedis;
import io.mcpsession.testing.MutableClock;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.DeleteSessionRequest;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.ListSessionsResponse;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.RevokeUserSessionsRequest;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.TouchSessionRequest;
import io.mcpsession.v1.TouchSessionResponse;
import io.mcpsession.v1.ValidateSessionRequest;
import io.mcpsession.v1.ValidateSessionResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** The API on a real Redis, by a clock the test moves, with every method in as few words as a test wants to read. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ApiOnRedis {

    static final Duration IDLE = RunningApi.LIMITS.idleTtl();
    static final Duration LIFETIME = RunningApi.LIMITS.absoluteLifetime();

    final MutableClock clock = MutableClock.atPresent();
    RunningApi api;
    Principal alice;
    Principal bob;

    @BeforeAll
    void start() {
        api = new RunningApi(new RedisSessionStore(TestRedis.calls(TestRedis.client()), TestRedis.config(),
                RunningApi.LIMITS, RedisTime.of(clock)), clock);
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @BeforeEach
    void usersNobodyKnowsYet() {
        alice = user();
        bob = user();
    }

    private static Principal user() {
        return Principal.newBuilder().setIssuer("https://issuer.example").setSubject(UUID.randomUUID().toString())
                .build();
    }

    /** An id of the right shape and age, but signed for nobody. */
    String inventedId() {
        String nonsense = UUID.randomUUID().toString().replace("-", "") + "abcdefgh";
        return "mcp-" + now().toEpochMilli() + "-" + nonsense;
    }

    Instant now() {
        return clock.instant();
    }

    void advance(Duration time) {
        clock.advance(time);
    }

    static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }

    Session create(Principal owner) {
        return api.stub().createSession(CreateSessionRequest.newBuilder()
                .setOwner(owner).setProtocolVersion("2025-11-25").build());
    }

    Session get(String id) {
        return api.stub().getSession(GetSessionRequest.newBuilder().setSessionId(id).build());
    }

    Session get(Session session) {
        return get(session.getSessionId());
    }

    void delete(Session session, boolean allowMissing) {
        api.stub().deleteSession(DeleteSessionRequest.newBuilder()
                .setSessionId(session.getSessionId()).setAllowMissing(allowMissing).build());
    }

    TouchSessionResponse touch(Session session) {
        return api.stub().touchSession(TouchSessionRequest.newBuilder().setSessionId(session.getSessionId()).build());
    }

    TouchSessionResponse touch(Session session, Principal principal) {
        return api.stub().touchSession(TouchSessionRequest.newBuilder()
                .setSessionId(session.getSessionId()).setPrincipal(principal).build());
    }

    ValidateSessionResponse validate(Session session, Principal principal) {
        return validate(session, principal, TouchMode.TOUCH_MODE_UNSPECIFIED);
    }

    ValidateSessionResponse validate(Session session, Principal principal, TouchMode mode) {
        return api.stub().validateSession(ValidateSessionRequest.newBuilder()
                .setSessionId(session.getSessionId()).setPrincipal(principal).setTouchMode(mode).build());
    }

    ListSessionsResponse list(Principal owner, int pageSize, String pageToken) {
        return api.stub().listSessions(ListSessionsRequest.newBuilder()
                .setOwner(owner).setPageSize(pageSize).setPageToken(pageToken).build());
    }

    ValidateSessionRequest asking(String id, Principal principal) {
        return ValidateSessionRequest.newBuilder().setSessionId(id).setPrincipal(principal).build();
    }

    int revoke(Principal owner, String except, String reason) {
        return api.stub().revokeUserSessions(RevokeUserSessionsRequest.newBuilder()
                .setOwner(owner).setExceptSessionId(except).setReason(reason).build()).getRevokedCount();
    }
}
