package io.mcpsession.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.mcpsession.limit.Occupancy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Knows the gRPC calls in flight: those that end by themselves are counted, streams can be ended. Stands inside of
 * {@link Replies}, which keeps whatever comes after an end from the wire. Thread-safe.
 */
public final class GrpcCalls implements ServerInterceptor {

    private final Function<String, Optional<Duration>> rates;
    private final Occupancy open;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Set<ServerCall<?, ?>> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    /** Without limits. */
    public GrpcCalls() {
        this(Integer.MAX_VALUE, Integer.MAX_VALUE, _ -> Optional.empty());
    }

    /**
     * @param streamsPerCaller most streams of one service, or of one address where services have no names
     * @param streams          most streams of all together
     * @param rates            takes note of a call of this caller; how long the caller is to wait with it, empty when it
     *                         may go on
     */
    public GrpcCalls(int streamsPerCaller, int streams, Function<String, Optional<Duration>> rates) {
        this.rates = rates;
        this.open = new Occupancy(streamsPerCaller, streams);
    }

    /** How many calls with one answer are being served. */
    public int inFlight() {
        return inFlight.get();
    }

    /** How many streams go on. */
    int streams() {
        return streams.size();
    }

    /**
     * Ends the streams, such as watches of health, so that their clients go elsewhere. Returns when all are told, which
     * one whose client does not read is only when it does, or is given up.
     */
    public void endStreams() {
        ended = true;
        List<Thread> tellers = streams.stream()
                .map(call -> Thread.ofVirtual().name("grpc-end").start(() -> stop(call)))
                .toList();
        try {
            for (Thread teller : tellers) {
                teller.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(ServerCall<?, ?> call) {
        StatusRuntimeException why = GrpcErrors.stopping();
        call.close(why.getStatus(), why.getTrailers());
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        boolean unary = call.getMethodDescriptor().getType().serverSendsOneMessage();
        String caller = CallerCheck.caller();
        Optional<Duration> wait = CallerCheck.isPublic(call) ? Optional.empty() : rates.apply(caller);
        if (wait.isPresent()) {
            return CallerCheck.refused(call, GrpcErrors.tooManyCalls(wait.get()));
        }
        if (!unary && open.take(caller, 1).isPresent()) {
            return CallerCheck.refused(call, GrpcErrors.tooManyStreams());
        }
        Known<ReqT, RespT> known = new Known<>(call, unary, caller);
        known.begin();
        if (ended && !unary) {
            stop(call);
        }
        return new SimpleForwardingServerCallListener<>(next.startCall(known, headers)) {

            @Override
            public void onCancel() {
                known.end();
                super.onCancel();
            }

            @Override
            public void onComplete() {
                known.end();
                super.onComplete();
            }
        };
    }

    private final class Known<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

        private final boolean unary;
        private final String caller;
        private final AtomicBoolean over = new AtomicBoolean();

        Known(ServerCall<ReqT, RespT> call, boolean unary, String caller) {
            super(call);
            this.unary = unary;
            this.caller = caller;
        }

        void begin() {
            if (unary) {
                inFlight.incrementAndGet();
            } else {
                streams.add(delegate());
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            try {
                super.close(status, trailers);
            } finally {
                end();
            }
        }

        /** A call ends once, but may be told so twice: answered, and then cancelled by its client. */
        void end() {
            if (over.compareAndSet(false, true)) {
                if (unary) {
                    inFlight.decrementAndGet();
                } else {
                    streams.remove(delegate());
                    open.give(caller, 1);
                }
            }
        }
    }
}
