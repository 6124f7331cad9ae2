package io.mcpsession.grpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.mcpsession.v1.KeepAliveRequest;
import io.mcpsession.v1.KeepAliveResponse;
import io.mcpsession.v1.SessionServiceGrpc;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

/** What clients say on their streams faster than they are answered. */
@Timeout(30)
class BacklogTest {

    /** Room for three messages without content. */
    private final Backlog backlog = new Backlog(3 * 64);

    /** A stream whose messages are answered as permits come. */
    private final class Stream {

        private final Semaphore permits = new Semaphore(0);
        private final Queue<String> answered = new ConcurrentLinkedQueue<>();
        private final ServerCall.Listener<KeepAliveRequest> listener =
                backlog.interceptCall(new Silent(), new Metadata(), (_, _) -> new ServerCall.Listener<>() {
                    @Override
                    public void onMessage(KeepAliveRequest message) {
                        permits.acquireUninterruptibly();
                        answered.add(Backlog.isFull() ? "full" : "answered");
                    }
                });

        void say(int messages) {
            for (int i = 0; i < messages; i++) {
                listener.onMessage(KeepAliveRequest.getDefaultInstance());
            }
        }

        /** Begins with one, so that all that follows waits. */
        Stream busy() {
            say(1);
            eventually(permits::hasQueuedThreads, is(true));
            return this;
        }
    }

    @Test
    void allStreamsTogetherHaveAnEnd() {
        Stream first = new Stream().busy();
        Stream second = new Stream().busy();

        first.say(2);
        second.say(3);
        second.permits.release(10);

        eventually(() -> second.answered, contains("answered", "answered", "full"));
        first.permits.release(10);
        eventually(() -> first.answered, contains("answered", "answered", "answered"));
    }

    @Test
    void whatIsAnsweredOrGivenUpMakesRoom() {
        Stream first = new Stream().busy();
        first.say(3);
        first.listener.onCancel();
        Stream second = new Stream().busy();
        second.say(3);
        second.permits.release(4);
        eventually(() -> second.answered.size(), is(4));
        Stream third = new Stream().busy();

        third.say(3);
        third.permits.release(4);

        eventually(() -> third.answered, contains("answered", "answered", "answered", "answered"));
        assertThat(second.answered, contains("answered", "answered", "answered", "answered"));
        first.permits.release(1);
    }

    private static final class Silent extends ServerCall<KeepAliveRequest, KeepAliveResponse> {

        @Override
        public void request(int messages) {
        }

        @Override
        public void sendHeaders(Metadata headers) {
        }

        @Override
        public void sendMessage(KeepAliveResponse message) {
        }

        @Override
        public void close(Status status, Metadata trailers) {
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<KeepAliveRequest, KeepAliveResponse> getMethodDescriptor() {
            return SessionServiceGrpc.getKeepAliveMethod();
        }
    }
}
