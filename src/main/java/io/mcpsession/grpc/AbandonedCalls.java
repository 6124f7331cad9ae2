package io.mcpsession.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.mcpsession.http2.StreamEnd;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells each call how it ended, as gRPC promises. Helidon 4.5.0 does not when the connection is gone, be it while the
 * call waits for its client or while it is answered. Thread-safe.
 */
final class AbandonedCalls implements ServerInterceptor {

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        Told<ReqT> listener = new Told<>(next.startCall(call, headers));
        StreamEnd.then(listener::onCancel);
        return listener;
    }

    private static final class Told<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        private final AtomicBoolean over = new AtomicBoolean();

        Told(ServerCall.Listener<ReqT> listener) {
            super(listener);
        }

        @Override
        public void onCancel() {
            if (over.compareAndSet(false, true)) {
                super.onCancel();
            }
        }

        @Override
        public void onComplete() {
            if (over.compareAndSet(false, true)) {
                super.onComplete();
            }
        }
    }
}
