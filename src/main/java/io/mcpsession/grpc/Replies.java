package io.mcpsession.grpc;

import io.grpc.Deadline;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.mcpsession.http2.UnreadData;
import io.mcpsession.session.StoreAllowance;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * Stands between the services and Helidon: answers everybody who waits, and nobody else.
 *
 * <p>A client that has cancelled its call refuses a reply by resetting the stream once more, and Helidon 4.5.0 takes
 * that second reset for a protocol error: GOAWAY, and every other call on the connection fails. The guard of HTTP/2 keeps
 * it from Helidon; proxies in between may count such replies all the same. So a cancelled call gets no reply, and neither
 * does one whose client is about to give up, because the reply and the reset would cross. Such a client sees its own
 * DEADLINE_EXCEEDED. A stream ends by its deadline here, as not every client ends it itself.
 *
 * <p>A service that throws would leave its caller without an answer: Helidon only logs it. And so would a client that
 * does not read for as long as flow control waits: its call ends with a status, for which there is always room.
 */
final class Replies implements ServerInterceptor {

    /**
     * Helidon 4.5.0 never comes to an end with a header that is larger than the table of HPACK, 4096 bytes at first: it
     * makes room in an empty table again and again, on one core for ever. The health service repeats what it was sent.
     */
    private static final int LONGEST_MESSAGE = 1000;

    private final Duration storePatience;

    /**
     * @param storePatience longest that what one message asks for waits for the store
     */
    Replies(Duration storePatience) {
        this.storePatience = storePatience;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        Optional<Deadline> lastMoment = CallDeadline.lastMoment(headers);
        boolean stream = !call.getMethodDescriptor().getType().serverSendsOneMessage();
        Reply<ReqT, RespT> reply = new Reply<>(call, stream ? Optional.empty() : lastMoment);
        if (stream && lastMoment.isPresent()) {
            reply.endAt(lastMoment.get());
        }
        return new Answering<>(next.startCall(reply, headers), reply, storePatience);
    }

    /** The way out. */
    private static final class Reply<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

        private final Optional<Deadline> lastMoment;
        private final Thread handler = Thread.currentThread();
        /** An end comes after what another thread is writing, and nothing comes after an end. */
        private final ReentrantLock writing = new ReentrantLock();
        private boolean begun;
        private boolean over;
        private volatile RuntimeException broken;
        /** What {@link #endAt} waits for; null for a call without it, as nearly all are. */
        private CompletableFuture<Void> end;

        Reply(ServerCall<ReqT, RespT> call, Optional<Deadline> lastMoment) {
            super(call);
            this.lastMoment = lastMoment;
        }

        /** Ends a stream for a client that leaves that to the server, as gRPC (Deadlines) lets it. */
        void endAt(Deadline deadline) {
            end = new CompletableFuture<>();
            end.orTimeout(deadline.timeRemaining(NANOSECONDS), NANOSECONDS)
                    .whenCompleteAsync((_, late) -> {
                        if (late != null) {
                            expire();
                        }
                    }, Thread::startVirtualThread);
        }

        private void expire() {
            writing.lock();
            try {
                if (!over && !isCancelled()) {
                    over = true;
                    Status why = Status.DEADLINE_EXCEEDED.withDescription("the stream's deadline has passed");
                    broken = why.asRuntimeException();
                    end(why, new Metadata());
                }
            } finally {
                writing.unlock();
            }
        }

        /** Nobody waits for it any more. */
        void ended() {
            if (end != null) {
                end.complete(null);
            }
        }

        @Override
        public void sendHeaders(Metadata headers) {
            unlessOver(call -> call.sendHeaders(headers));
        }

        @Override
        public void sendMessage(RespT message) {
            unlessOver(call -> call.sendMessage(message));
        }

        @Override
        public void close(Status status, Metadata trailers) {
            unlessOver(call -> {
                over = true;
                call.close(encoded(status), trailers);
            });
        }

        private void unlessOver(Consumer<ServerCall<ReqT, RespT>> write) {
            writing.lock();
            try {
                over |= isCancelled() || !begun && lastMoment.isPresent() && lastMoment.get().isExpired();
                if (!over) {
                    begun = true;
                    write.accept(delegate());
                }
            } catch (RuntimeException e) {
                over = true;
                broken = e;
                if (UnreadData.isWhy(e)) {
                    giveUp();
                } else if (Thread.currentThread() == handler) {
                    // The connection broke. Helidon wants to know on its own thread; anybody else must not be kept from
                    // going on.
                    throw e;
                }
            } finally {
                writing.unlock();
            }
        }

        private void giveUp() {
            if (super.isCancelled()) {
                return;
            }
            StatusRuntimeException why = GrpcErrors.unread();
            end(why.getStatus(), why.getTrailers());
        }

        private void end(Status why, Metadata trailers) {
            try {
                delegate().close(encoded(why), trailers);
            } catch (RuntimeException e) {
                broken = e;
            }
        }

        /** Also when the connection broke, which Helidon does not tell: who sends for as long as it can must know. */
        @Override
        public boolean isCancelled() {
            return broken != null || super.isCancelled();
        }

        boolean broke() {
            return broken != null;
        }

        boolean broke(Throwable failure) {
            return failure == broken;
        }

        void failed(Throwable failure) {
            StatusRuntimeException answer = GrpcErrors.of(getMethodDescriptor().getFullMethodName(), failure);
            Metadata trailers = answer.getTrailers();
            close(answer.getStatus(), trailers == null ? new Metadata() : trailers);
        }
    }

    /** The way in. */
    private static final class Answering<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        private final Reply<ReqT, ?> reply;
        private final Duration storePatience;

        Answering(ServerCall.Listener<ReqT> listener, Reply<ReqT, ?> reply, Duration storePatience) {
            super(listener);
            this.reply = reply;
            this.storePatience = storePatience;
        }

        @Override
        public void onMessage(ReqT message) {
            answering(() -> {
                if (Backlog.isFull()) {
                    throw GrpcErrors.tooManyUnanswered();
                }
                super.onMessage(message);
            });
        }

        @Override
        public void onHalfClose() {
            answering(super::onHalfClose);
        }

        @Override
        public void onCancel() {
            reply.ended();
            super.onCancel();
        }

        /** For the service a call that was given up is one that its client left: it learns that nobody listens. */
        @Override
        public void onComplete() {
            reply.ended();
            if (reply.broke()) {
                super.onCancel();
            } else {
                super.onComplete();
            }
        }

        private void answering(Runnable handler) {
            try {
                StoreAllowance.grant(storePatience, handler);
            } catch (RuntimeException | Error e) {
                if (reply.broke(e)) {
                    throw e;
                }
                reply.failed(e);
            }
        }
    }

    /**
     * Helidon 4.5.0 writes {@code grpc-message} as it is, while clients read it percent-encoded (gRPC over HTTP2,
     * Responses). Ours are plain ASCII; the health service repeats what the caller sent.
     */
    private static Status encoded(Status status) {
        String description = status.getDescription();
        if (description == null) {
            return status;
        }
        StringBuilder text = new StringBuilder(description.length());
        for (byte b : description.getBytes(UTF_8)) {
            if (text.length() >= LONGEST_MESSAGE) {
                break;
            }
            if (b >= ' ' && b <= '~' && b != '%') {
                text.append((char) b);
            } else {
                text.append(String.format("%%%02X", b));
            }
        }
        return status.withDescription(text.toString());
    }
}
