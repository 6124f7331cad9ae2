package io.mcpsession.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.mcpsession.http2.CallFault;
import io.mcpsession.http2.MessageFrames;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Answers callers whose message cannot be taken, or never comes whole. A call that ends without a message, or has two,
 * gRPC's own stubs would answer with INTERNAL. Stands inside of {@link GrpcCalls}, so that these calls are known to be
 * over. Thread-safe.
 */
final class WholeMessages implements ServerInterceptor {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Set<Waiting<?>> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean watching = new AtomicBoolean();

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        Waiting<ReqT> listener = new Waiting<>(next.startCall(call, headers), call);
        MessageFrames.onFault(listener::refuse);
        if (listener.single) {
            waiting.add(listener);
            watch();
        }
        return listener;
    }

    /** One thread for all of them, for as long as there are any. */
    private void watch() {
        if (!watching.get() && watching.compareAndSet(false, true)) {
            Thread.ofVirtual().name("grpc-whole-messages").start(this::giveUpInTime);
        }
    }

    private void giveUpInTime() {
        do {
            while (!waiting.isEmpty()) {
                LockSupport.parkNanos(PAUSE_NANOS);
                long now = System.nanoTime();
                waiting.forEach(it -> it.giveUp(now));
            }
            watching.set(false);
            // Who came between the two has found a watch that was about to end.
        } while (!waiting.isEmpty() && watching.compareAndSet(false, true));
    }

    private final class Waiting<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        private final ServerCall<ReqT, ?> call;
        private final boolean single;
        private final long since = System.nanoTime();
        /** Whether its message has come, or is no longer waited for. */
        private final AtomicBoolean settled = new AtomicBoolean();
        private boolean whole;

        Waiting(ServerCall.Listener<ReqT> listener, ServerCall<ReqT, ?> call) {
            super(listener);
            this.call = call;
            this.single = call.getMethodDescriptor().getType().clientSendsOneMessage();
        }

        private boolean settle() {
            waiting.remove(this);
            return settled.compareAndSet(false, true);
        }

        void giveUp(long now) {
            if (now - since > PATIENCE_NANOS && settle()) {
                refuse("no whole message came");
            }
        }

        /** Whatever was said before: one message that cannot be taken ends a stream as well. */
        void refuse(CallFault fault) {
            settle();
            refuse(CallFaults.of(fault));
        }

        private void refuse(String why) {
            refuse(GrpcErrors.unreadable(why));
        }

        private void refuse(StatusRuntimeException why) {
            call.close(why.getStatus(), why.getTrailers());
        }

        @Override
        public void onMessage(ReqT message) {
            if (!single) {
                super.onMessage(message);
            } else if (settle()) {
                whole = true;
                super.onMessage(message);
            } else if (whole) {
                whole = false;
                refuse("there is more than one message");
            }
        }

        @Override
        public void onHalfClose() {
            if (!single || whole) {
                super.onHalfClose();
            } else if (settle()) {
                refuse("the call ended without a message");
            }
        }

        @Override
        public void onCancel() {
            settle();
            super.onCancel();
        }
    }
}
