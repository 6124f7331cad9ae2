package io.mcpsession.grpc;

import io.grpc.stub.StreamObserver;
import io.mcpsession.v1.KeepAliveRequest;
import io.mcpsession.v1.KeepAliveResponse;
import io.mcpsession.v1.SessionServiceGrpc;

/**
 * One stream of sessions in use. Whatever becomes of one of them is an answer: the others depend on the stream (etcd's
 * LeaseKeepAlive does the same).
 */
final class KeepAlive implements StreamObserver<KeepAliveRequest> {

    private static final String METHOD = SessionServiceGrpc.getKeepAliveMethod().getFullMethodName();

    private final Validation validation;
    private final Decisions decisions;
    private final StreamObserver<KeepAliveResponse> reply;

    KeepAlive(Validation validation, Decisions decisions, StreamObserver<KeepAliveResponse> reply) {
        this.validation = validation;
        this.decisions = decisions;
        this.reply = reply;
    }

    @Override
    public void onNext(KeepAliveRequest request) {
        KeepAliveResponse.Builder response = KeepAliveResponse.newBuilder().setSessionId(request.getSessionId());
        try {
            Verdict verdict = validation.judge(request);
            response.setDecision(Decisions.of(verdict));
            if (verdict instanceof Verdict.Active active) {
                response.setTtl(Messages.duration(decisions.left(active)));
            }
        } catch (RuntimeException e) {
            response.setError(GrpcErrors.item(METHOD, e));
        }
        reply.onNext(response.build());
    }

    @Override
    public void onCompleted() {
        reply.onCompleted();
    }

    /** The client is gone, and with it whoever could be answered. */
    @Override
    public void onError(Throwable gone) {
    }
}
