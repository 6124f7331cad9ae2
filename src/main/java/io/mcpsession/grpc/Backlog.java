package io.mcpsession.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a client says on a stream of its own, until it is answered. Helidon 4.5.0 reads no more of a connection while one
 * of its calls has 32 frames that are not taken; and the one who should take them may be waiting for the client to make
 * room for answers, word of which comes behind those frames. So the thread of a stream only takes, and another answers,
 * one message after the other.
 *
 * <p>There is an end to what is taken: the message for which there is no more room is served as one that {@link #isFull}
 * is true for, when all before it are answered, and those that follow are dropped. All streams together have an end too;
 * one that has nothing waiting may always say something. Thread-safe.
 */
final class Backlog implements ServerInterceptor {

    /** Of one stream, in bytes; some ten thousand sessions to be kept alive. */
    private static final long MOST = 1 << 20;
    /** What a message takes besides its content. */
    private static final int MESSAGE = 64;
    /** What all streams may take of the heap. */
    private static final int PART_OF_HEAP = 16;
    private static final ScopedValue<Boolean> FULL = ScopedValue.newInstance();

    private final long mostOfAll;
    /** What all streams have waiting, in bytes. */
    private final AtomicLong all = new AtomicLong();

    Backlog() {
        this(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    /**
     * @param mostOfAll of all streams, in bytes
     */
    Backlog(long mostOfAll) {
        this.mostOfAll = mostOfAll;
    }

    /** Whether the message that this thread serves is one too many. */
    static boolean isFull() {
        return FULL.isBound();
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        if (call.getMethodDescriptor().getType().clientSendsOneMessage()) {
            return next.startCall(call, headers);
        }
        Waiting<ReqT> listener = new Waiting<>(next.startCall(new Asked<>(call), headers), call);
        call.request(1);
        return listener;
    }

    /** Messages are asked for as they are taken: Helidon loses count when that is done on another thread. */
    private static final class Asked<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

        Asked(ServerCall<ReqT, RespT> call) {
            super(call);
        }

        @Override
        public void request(int messages) {
        }
    }

    private final class Waiting<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        private record Step(Runnable work, long size) {
        }

        private final ServerCall<ReqT, ?> call;
        private final Queue<Step> steps = new ArrayDeque<>();
        private long size;
        private boolean working;
        private boolean full;
        private boolean over;

        Waiting(ServerCall.Listener<ReqT> listener, ServerCall<ReqT, ?> call) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(ReqT message) {
            take(message, MESSAGE + (message instanceof RawMessage raw ? raw.available() : 0));
            call.request(1);
        }

        private synchronized void take(ReqT message, long bytes) {
            if (steps.isEmpty() || size + bytes <= MOST && all.get() + bytes <= mostOfAll) {
                add(new Step(() -> super.onMessage(message), bytes));
            } else {
                add(new Step(() -> ScopedValue.where(FULL, true).run(() -> super.onMessage(message)), bytes));
                full = true;
            }
        }

        @Override
        public synchronized void onHalfClose() {
            add(new Step(super::onHalfClose, 0));
        }

        private void add(Step step) {
            if (over || full) {
                return;
            }
            steps.add(step);
            count(step.size());
            if (!working) {
                working = true;
                Thread.ofVirtual().name("grpc-backlog").start(() -> {
                    for (Step next = next(); next != null; next = next()) {
                        next.work().run();
                    }
                });
            }
        }

        private synchronized Step next() {
            Step next = steps.poll();
            count(next == null ? 0 : -next.size());
            working = next != null;
            return next;
        }

        @Override
        public void onCancel() {
            forget();
            super.onCancel();
        }

        @Override
        public void onComplete() {
            forget();
            super.onComplete();
        }

        private synchronized void forget() {
            over = true;
            steps.clear();
            count(-size);
        }

        private void count(long bytes) {
            size += bytes;
            all.addAndGet(bytes);
        }
    }
}
