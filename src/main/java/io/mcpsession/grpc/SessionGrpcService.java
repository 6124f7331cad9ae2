package io.mcpsession.grpc;

import com.google.protobuf.Empty;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.mcpsession.relay.SessionFeed;
import io.mcpsession.session.Creation;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.TrustedSessions;
import io.mcpsession.v1.BatchValidateSessionsRequest;
import io.mcpsession.v1.BatchValidateSessionsResponse;
import io.mcpsession.v1.CountSessionsRequest;
import io.mcpsession.v1.CountSessionsResponse;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.DeleteSessionRequest;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.KeepAliveRequest;
import io.mcpsession.v1.KeepAliveResponse;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.ListSessionsResponse;
import io.mcpsession.v1.RevokeUserSessionsRequest;
import io.mcpsession.v1.RevokeUserSessionsResponse;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.TouchSessionRequest;
import io.mcpsession.v1.TouchSessionResponse;
import io.mcpsession.v1.UpdateSessionRequest;
import io.mcpsession.v1.ValidateSessionRequest;
import io.mcpsession.v1.ValidateSessionResponse;
import io.mcpsession.v1.WatchSessionsRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * SessionService on the session core: message to domain, one call of the core, domain to message. Its methods throw
 * where a call has to fail; {@link Replies} answers then.
 */
final class SessionGrpcService extends SessionServiceGrpc.SessionServiceImplBase {

    private final Sessions sessions;
    private final TrustedSessions trusted;
    private final Verdicts verdicts;
    private final SessionLimits limits;
    private final Validation validation;
    private final Decisions decisions;
    private final BatchValidation batch;
    private final Listing listing;
    private final SessionFeed feed;

    SessionGrpcService(Sessions sessions, TrustedSessions trusted, Verdicts verdicts, SessionLimits limits,
                       InstantSource clock, Validation validation, SessionFeed feed) {
        this.sessions = sessions;
        this.trusted = trusted;
        this.verdicts = verdicts;
        this.limits = limits;
        this.validation = validation;
        this.decisions = new Decisions(limits, clock);
        this.batch = new BatchValidation(validation, decisions);
        this.feed = feed;
        this.listing = new Listing(sessions, limits);
    }

    @Override
    public void createSession(CreateSessionRequest request, StreamObserver<Session> reply) {
        Principal owner = Requests.principal("owner", request.getOwner());
        Opening opening = Requests.opening(request);
        send(reply, message(Requests.requestId(request)
                .map(id -> switch (trusted.open(owner, opening, id)) {
                    case Creation.Made(var session, _) -> new Verdict.Active(session);
                    case Creation.Repeated(SessionId made, Lookup now) ->
                            Verdicts.live(verdicts.of(made, Optional.of(owner), now));
                    case Creation.NameTaken _ -> throw GrpcErrors.requestIdReused();
                })
                .orElseGet(() -> new Verdict.Active(sessions.open(owner, opening)))));
    }

    @Override
    public void getSession(GetSessionRequest request, StreamObserver<Session> reply) {
        SessionId id = verdicts.id("session_id", request.getSessionId());
        send(reply, message(live(id, sessions.find(id))));
    }

    @Override
    public void validateSession(ValidateSessionRequest request, StreamObserver<ValidateSessionResponse> reply) {
        send(reply, decisions.response(validation.judge(validation.question(request))));
    }

    @Override
    public void batchValidateSessions(BatchValidateSessionsRequest request,
                                      StreamObserver<BatchValidateSessionsResponse> reply) {
        send(reply, batch.answer(request));
    }

    @Override
    public void touchSession(TouchSessionRequest request, StreamObserver<TouchSessionResponse> reply) {
        SessionId id = verdicts.id("session_id", request.getSessionId());
        Optional<Principal> claimed = Requests.claimed(request.hasPrincipal(), request.getPrincipal());
        var session = Verdicts.live(validation.judge(
                new Validation.Question(id, claimed, TouchMode.TOUCH_MODE_ALWAYS))).session();
        send(reply, TouchSessionResponse.newBuilder()
                .setExpireTime(Messages.timestamp(session.expires()))
                .setAbsoluteExpireTime(Messages.timestamp(limits.deadline(id)))
                .build());
    }

    @Override
    public StreamObserver<KeepAliveRequest> keepAlive(StreamObserver<KeepAliveResponse> reply) {
        return new KeepAlive(validation, decisions, reply);
    }

    @Override
    public void updateSession(UpdateSessionRequest request, StreamObserver<Session> reply) {
        SessionId id = verdicts.id("session.session_id", request.getSession().getSessionId());
        send(reply, message(live(id, trusted.update(id, AttributeChange.of(request)))));
    }

    @Override
    public void deleteSession(DeleteSessionRequest request, StreamObserver<Empty> reply) {
        SessionId id = verdicts.id("session_id", request.getSessionId());
        Lookup before = sessions.end(id, Ending.DELETED);
        if (!request.getAllowMissing()) {
            live(id, before);
        }
        send(reply, Empty.getDefaultInstance());
    }

    @Override
    public void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> reply) {
        send(reply, listing.page(request));
    }

    @Override
    public void countSessions(CountSessionsRequest request, StreamObserver<CountSessionsResponse> reply) {
        long count = request.hasOwner()
                ? trusted.count(Requests.principal("owner", request.getOwner()))
                : trusted.count();
        send(reply, CountSessionsResponse.newBuilder().setCount(count).build());
    }

    @Override
    public void watchSessions(WatchSessionsRequest request, StreamObserver<SessionEvent> reply) {
        WatchFilter filter = WatchFilter.of(request);
        Duration interval = Requests.checkpointInterval(request);
        SessionFeed.Reader reader = feed.read(Requests.resumeToken(request.getResumeToken()));
        var call = (ServerCallStreamObserver<SessionEvent>) reply;
        call.setOnCancelHandler(reader::close);
        Thread.ofVirtual().name("watch").start(new Watch(reader, filter, interval, call));
    }

    @Override
    public void revokeUserSessions(RevokeUserSessionsRequest request,
                                   StreamObserver<RevokeUserSessionsResponse> reply) {
        Principal owner = Requests.principal("owner", request.getOwner());
        Optional<SessionId> except = request.getExceptSessionId().isEmpty()
                ? Optional.empty()
                : Optional.of(verdicts.id("except_session_id", request.getExceptSessionId()));
        int count = sessions.endAll(owner, except, Requests.revocation(request.getReason()));
        send(reply, RevokeUserSessionsResponse.newBuilder().setRevokedCount(count).build());
    }

    private Verdict.Active live(SessionId id, Lookup lookup) {
        return Verdicts.live(verdicts.of(id, Optional.empty(), lookup));
    }

    private Session message(Verdict.Active active) {
        return Messages.session(active, limits.deadline(active.session().id()));
    }

    private static <T> void send(StreamObserver<T> reply, T message) {
        reply.onNext(message);
        reply.onCompleted();
    }
}
