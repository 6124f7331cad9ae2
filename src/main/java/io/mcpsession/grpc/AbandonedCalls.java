package io.mcpsession.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.mcpsession.http2.StreamEnd;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tells calls that they are cancelled when their connection is gone, which Helidon 4.5.0 does not. Thread-safe. */
final class AbandonedCalls implements ServerInterceptor {

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        AtomicBoolean over = new AtomicBoolean();
        ServerCall.Listener<ReqT> listener = next.startCall(new SimpleForwardingServerCall<>(call) {

            @Override
            public void close(Status status, Metadata trailers) {
                over.set(true);
                super.close(status, trailers);
            }
        }, headers);
        StreamEnd.then(() -> {
            if (over.compareAndSet(false, true)) {
                listener.onCancel();
            }
        });
        return new SimpleForwardingServerCallListener<>(listener) {

            @Override
            public void onCancel() {
                over.set(true);
                super.onCancel();
            }
        };
    }
}
