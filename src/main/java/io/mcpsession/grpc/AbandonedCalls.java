package io.mcpsession.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.http2.StreamEnd;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells each call how it ended, as gRPC promises. Helidon 4.5.0 does not when the connection is gone, be it while the
 * call waits for its client or while it is answered. Thread-safe.
 *
 * <p>And lets the thread of a call end with it. When another thread ends a call whose client has said all, Helidon has its
 * own thread wait on for more, and counts the call as one that goes on: with the thousandth such call on a connection,
 * which are watches that failed and were begun again, it takes no more. So its thread is kept until the end.
 */
final class AbandonedCalls implements ServerInterceptor {

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        Told<ReqT> listener = new Told<>(next.startCall(call, headers));
        ClientPresence.current().watch(listener);
        StreamEnd.then(listener::onCancel);
        return listener;
    }

    private static final class Told<ReqT> extends SimpleForwardingServerCallListener<ReqT>
            implements ClientPresence.Listener {

        private final AtomicBoolean over = new AtomicBoolean();
        private final CountDownLatch end = new CountDownLatch(1);

        Told(ServerCall.Listener<ReqT> listener) {
            super(listener);
        }

        @Override
        public void onHalfClose() {
            super.onHalfClose();
            StreamEnd.await(end);
        }

        @Override
        public void left() {
            onCancel();
        }

        @Override
        public void onCancel() {
            tell(super::onCancel);
        }

        @Override
        public void onComplete() {
            tell(super::onComplete);
        }

        private void tell(Runnable how) {
            if (over.compareAndSet(false, true)) {
                try {
                    how.run();
                } finally {
                    end.countDown();
                }
            }
        }
    }
}
