package io.mcpsession.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.http2.StreamEnd;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells each call how it ended, as gRPC promises, and as soon as it did. Helidon 4.5.0 does not when the connection is
 * gone, be it while the call waits for its client or while it is answered. Whoever still works for a client that has left
 * is interrupted, and writes nothing. Thread-safe.
 *
 * <p>And lets the thread of a call end with it. When another thread ends a call whose client has said all, Helidon has its
 * own thread wait on for more, and counts the call as one that goes on: with the thousandth such call on a connection,
 * which are watches that failed and were begun again, it takes no more. So its thread is kept until the end.
 */
final class AbandonedCalls implements ServerInterceptor {

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        Answered<ReqT, RespT> answered = new Answered<>(call);
        Told<ReqT> listener = new Told<>(next.startCall(answered, headers), answered);
        ClientPresence.current().watch(listener);
        StreamEnd.then(listener::onCancel);
        return listener;
    }

    /** The way out. */
    private static final class Answered<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

        private final HandlerThread handler = new HandlerThread();
        private volatile boolean left;

        Answered(ServerCall<ReqT, RespT> call) {
            super(call);
        }

        void left() {
            left = true;
            handler.cancel();
        }

        @Override
        public boolean isCancelled() {
            return left || super.isCancelled();
        }

        @Override
        public void sendHeaders(Metadata headers) {
            handler.write(() -> super.sendHeaders(headers));
        }

        @Override
        public void sendMessage(RespT message) {
            handler.write(() -> super.sendMessage(message));
        }

        @Override
        public void close(Status status, Metadata trailers) {
            handler.write(() -> super.close(status, trailers));
        }
    }

    /** The way in. */
    private static final class Told<ReqT> extends SimpleForwardingServerCallListener<ReqT>
            implements ClientPresence.Listener {

        private final AtomicBoolean over = new AtomicBoolean();
        private final CountDownLatch end = new CountDownLatch(1);

        private final Answered<ReqT, ?> answered;

        Told(ServerCall.Listener<ReqT> listener, Answered<ReqT, ?> answered) {
            super(listener);
            this.answered = answered;
        }

        @Override
        public void onMessage(ReqT message) {
            answered.handler.handle(() -> super.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            answered.handler.handle(super::onHalfClose);
            StreamEnd.await(end);
        }

        @Override
        public void left() {
            answered.left();
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
