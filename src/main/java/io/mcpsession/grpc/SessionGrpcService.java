package io.mcpsession.grpc;

import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionPage;
import io.mcpsession.session.Sessions;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.DeleteSessionRequest;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.ListSessionsResponse;
import io.mcpsession.v1.RevokeUserSessionsRequest;
import io.mcpsession.v1.RevokeUserSessionsResponse;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.TouchSessionRequest;
import io.mcpsession.v1.TouchSessionResponse;
import io.mcpsession.v1.ValidateSessionRequest;
import io.mcpsession.v1.ValidateSessionResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * SessionService on the session core: message to domain, one call of the core, domain to message. Its methods throw
 * where a call has to fail; {@link Replies} answers then.
 */
final class SessionGrpcService extends SessionServiceGrpc.SessionServiceImplBase {

    private final Sessions sessions;
    private final SessionIds ids;
    private final Verdicts verdicts;
    private final SessionLimits limits;
    private final InstantSource clock;

    SessionGrpcService(Sessions sessions, SessionIds ids, Verdicts verdicts, SessionLimits limits,
                       InstantSource clock) {
        this.sessions = sessions;
        this.ids = ids;
        this.verdicts = verdicts;
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public void createSession(CreateSessionRequest request, StreamObserver<Session> reply) {
        Principal owner = Requests.principal("owner", request.getOwner());
        send(reply, message(sessions.open(owner, Requests.opening(request))));
    }

    @Override
    public void getSession(GetSessionRequest request, StreamObserver<Session> reply) {
        SessionId id = Requests.sessionId(ids, "session_id", request.getSessionId());
        send(reply, message(live(verdicts.of(id, Optional.empty(), sessions.find(id)))));
    }

    @Override
    public void validateSession(ValidateSessionRequest request, StreamObserver<ValidateSessionResponse> reply) {
        SessionId id = Requests.sessionId(ids, "session_id", request.getSessionId());
        Optional<Principal> claimed = claimed(request.hasPrincipal(), request.getPrincipal());
        Lookup lookup = switch (request.getTouchMode()) {
            case TOUCH_MODE_UNSPECIFIED, TOUCH_MODE_NONE -> find(id, claimed);
            case TOUCH_MODE_IF_STALE -> touchIfStale(id, claimed);
            case TOUCH_MODE_ALWAYS -> touch(id, claimed);
            case UNRECOGNIZED -> throw GrpcErrors.invalid("touch_mode", "is not one this server knows");
        };
        send(reply, decision(verdicts.of(id, claimed, lookup)));
    }

    private ValidateSessionResponse decision(Verdict verdict) {
        ValidateSessionResponse.Builder response = ValidateSessionResponse.newBuilder();
        return switch (verdict) {
            case Verdict.Active(var session) -> response
                    .setDecision(Decision.DECISION_ACTIVE)
                    .setExpireTime(Messages.timestamp(session.expires()))
                    .setAbsoluteExpireTime(Messages.timestamp(limits.deadline(session.id())))
                    .setSession(message(session))
                    .build();
            case Verdict.NotFound _ -> response.setDecision(Decision.DECISION_NOT_FOUND).build();
            case Verdict.Expired(SessionId id, _) -> response
                    .setDecision(Decision.DECISION_EXPIRED)
                    .setAbsoluteExpireTime(Messages.timestamp(limits.deadline(id)))
                    .build();
            case Verdict.OwnerMismatch _ -> response.setDecision(Decision.DECISION_OWNER_MISMATCH).build();
            case Verdict.Deleted _ -> response.setDecision(Decision.DECISION_DELETED).build();
            case Verdict.Revoked(String reason) -> response
                    .setDecision(Decision.DECISION_REVOKED)
                    .setRevocationReason(reason)
                    .build();
        };
    }

    @Override
    public void touchSession(TouchSessionRequest request, StreamObserver<TouchSessionResponse> reply) {
        SessionId id = Requests.sessionId(ids, "session_id", request.getSessionId());
        Optional<Principal> claimed = claimed(request.hasPrincipal(), request.getPrincipal());
        var session = live(verdicts.of(id, claimed, touch(id, claimed)));
        send(reply, TouchSessionResponse.newBuilder()
                .setExpireTime(Messages.timestamp(session.expires()))
                .setAbsoluteExpireTime(Messages.timestamp(limits.deadline(id)))
                .build());
    }

    @Override
    public void deleteSession(DeleteSessionRequest request, StreamObserver<Empty> reply) {
        SessionId id = Requests.sessionId(ids, "session_id", request.getSessionId());
        Lookup before = sessions.end(id, Ending.DELETED);
        if (!request.getAllowMissing()) {
            live(verdicts.of(id, Optional.empty(), before));
        }
        send(reply, Empty.getDefaultInstance());
    }

    @Override
    public void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> reply) {
        Principal owner = Requests.principal("owner", request.getOwner());
        SessionPage page = sessions.list(owner, Requests.pageToken(ids, owner, request.getPageToken()),
                Requests.pageSize(request.getPageSize()));
        ListSessionsResponse.Builder response = ListSessionsResponse.newBuilder();
        page.sessions().forEach(session -> response.addSessions(message(session)));
        if (page.more()) {
            response.setNextPageToken(PageToken.after(owner, page.sessions().getLast().id()));
        }
        send(reply, response.build());
    }

    @Override
    public void revokeUserSessions(RevokeUserSessionsRequest request,
                                   StreamObserver<RevokeUserSessionsResponse> reply) {
        Principal owner = Requests.principal("owner", request.getOwner());
        Optional<SessionId> except = Requests.optionalSessionId(ids, "except_session_id", request.getExceptSessionId());
        int count = sessions.endAll(owner, except, Requests.revocation(request.getReason()));
        send(reply, RevokeUserSessionsResponse.newBuilder().setRevokedCount(count).build());
    }

    private static Optional<Principal> claimed(boolean present, io.mcpsession.v1.Principal sent) {
        return present ? Optional.of(Requests.principal("principal", sent)) : Optional.empty();
    }

    private Lookup find(SessionId id, Optional<Principal> claimed) {
        return claimed.isPresent() ? sessions.validate(id, claimed.get()) : sessions.find(id);
    }

    private Lookup touch(SessionId id, Optional<Principal> claimed) {
        return claimed.isPresent() ? sessions.touch(id, claimed.get()) : sessions.touch(id);
    }

    private Lookup touchIfStale(SessionId id, Optional<Principal> claimed) {
        Lookup found = find(id, claimed);
        return found instanceof Lookup.Live(var session) && isStale(id, session.expires()) ? touch(id, claimed) : found;
    }

    /** Whether less than nine tenths of the idle TTL are left and a touch would change that. */
    private boolean isStale(SessionId id, Instant expires) {
        Duration left = Duration.between(clock.instant(), expires);
        return left.multipliedBy(10).compareTo(limits.idleTtl().multipliedBy(9)) < 0
                && expires.isBefore(limits.deadline(id));
    }

    private static io.mcpsession.session.Session live(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Active(var session) -> session;
            case Verdict.Refusal refusal -> throw GrpcErrors.of(refusal);
        };
    }

    private Session message(io.mcpsession.session.Session session) {
        return Messages.session(session, limits.deadline(session.id()));
    }

    private static <T> void send(StreamObserver<T> reply, T message) {
        reply.onNext(message);
        reply.onCompleted();
    }
}
