package io.mcpsession.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import java.util.Optional;

/**
 * Writes to watchers of health on a thread for each. The health service tells them one after the other, on the thread
 * of whoever has news and under a lock: one that does not read would hold up readiness, all other watchers and the drain.
 * Who is slow hears the newest state only, which is the one that counts. Thread-safe.
 */
final class NewestHealth implements ServerInterceptor {

    private static final String WATCH = HealthGrpc.getWatchMethod().getFullMethodName();

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        boolean watches = call.getMethodDescriptor().getFullMethodName().equals(WATCH);
        return next.startCall(watches ? new Newest<>(call) : call, headers);
    }

    private static final class Newest<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

        private Optional<Runnable> begin = Optional.empty();
        private Optional<Runnable> news = Optional.empty();
        private Optional<Runnable> end = Optional.empty();
        private boolean writing;

        Newest(ServerCall<ReqT, RespT> call) {
            super(call);
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            begin = Optional.of(() -> super.sendHeaders(headers));
            write();
        }

        @Override
        public synchronized void sendMessage(RespT message) {
            news = Optional.of(() -> super.sendMessage(message));
            write();
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            end = Optional.of(() -> super.close(status, trailers));
            write();
        }

        private void write() {
            if (!writing) {
                writing = true;
                Thread.ofVirtual().name("grpc-health").start(() -> {
                    for (var next = next(); next.isPresent(); next = next()) {
                        next.get().run();
                    }
                });
            }
        }

        private synchronized Optional<Runnable> next() {
            Optional<Runnable> next = begin.or(() -> news).or(() -> end);
            if (begin.isPresent()) {
                begin = Optional.empty();
            } else if (news.isPresent()) {
                news = Optional.empty();
            } else {
                end = Optional.empty();
            }
            writing = next.isPresent();
            return next;
        }
    }
}
