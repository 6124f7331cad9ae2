package io.mcpsession.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.Session;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

class RepliesTest {

    private final RecordedCall call = new RecordedCall();

    @Test
    void aClientThatWaitsIsAnswered() {
        answer(intercepted(timeout("10S")));

        assertThat(call.sent, contains("headers", "message", "close OK null"));
    }

    @Test
    void aClientThatHasCancelledIsNotAnswered() {
        ServerCall<GetSessionRequest, Session> reply = intercepted(new Metadata());
        call.cancelled = true;

        answer(reply);

        assertThat(call.sent, is(empty()));
    }

    @Test
    void aClientThatIsAboutToGiveUpIsNotAnswered() {
        answer(intercepted(timeout("1n")));

        assertThat(call.sent, is(empty()));
    }

    @Test
    void nothingFollowsTheEndOfAReply() {
        ServerCall<GetSessionRequest, Session> reply = intercepted(new Metadata());
        answer(reply);

        reply.close(Status.INTERNAL, new Metadata());

        assertThat(call.sent, contains("headers", "message", "close OK null"));
    }

    @Test
    void aBrokenConnectionIsHelidonsBusinessOnItsOwnThread() {
        ServerCall<GetSessionRequest, Session> reply = intercepted(new Metadata());
        RuntimeException broken = new IllegalStateException("broken pipe");
        call.broken = Optional.of(broken);

        assertThat(assertThrows(RuntimeException.class, () -> reply.sendMessage(Session.getDefaultInstance())),
                is(sameInstance(broken)));
    }

    @Test
    void aBrokenConnectionIsNobodyElsesBusiness() throws InterruptedException {
        ServerCall<GetSessionRequest, Session> reply = intercepted(new Metadata());
        call.broken = Optional.of(new IllegalStateException("broken pipe"));
        AtomicReference<Throwable> thrown = new AtomicReference<>();

        Thread other = Thread.ofVirtual()
                .uncaughtExceptionHandler((_, e) -> thrown.set(e))
                .start(() -> reply.sendMessage(Session.getDefaultInstance()));
        other.join();

        assertThat(Optional.ofNullable(thrown.get()), is(Optional.empty()));
    }

    @Test
    void aClientThatDoesNotReadIsToldThatItsCallIsOver() {
        ServerCall<GetSessionRequest, Session> reply = intercepted(new Metadata());
        call.broken = Optional.of(new Http2Exception(Http2ErrorCode.FLOW_CONTROL, "time-out"));

        reply.sendMessage(Session.getDefaultInstance());
        reply.sendMessage(Session.getDefaultInstance());

        assertThat(call.sent, contains(startsWith("close UNAVAILABLE")));
        assertThat(reply.isCancelled(), is(true));
    }

    @Test
    void aClientThatCancelsInsteadOfReadingIsToldNothing() {
        ServerCall<GetSessionRequest, Session> reply = intercepted(new Metadata());
        call.broken = Optional.of(new Http2Exception(Http2ErrorCode.FLOW_CONTROL, "time-out"));
        call.cancelledMeanwhile = true;

        reply.sendMessage(Session.getDefaultInstance());

        assertThat(call.sent, is(empty()));
    }

    private static void answer(ServerCall<GetSessionRequest, Session> reply) {
        reply.sendHeaders(new Metadata());
        reply.sendMessage(Session.getDefaultInstance());
        reply.close(Status.OK, new Metadata());
    }

    /** The call as the service gets to see it. */
    private ServerCall<GetSessionRequest, Session> intercepted(Metadata headers) {
        AtomicReference<ServerCall<GetSessionRequest, Session>> seen = new AtomicReference<>();
        new Replies(Duration.ofSeconds(1)).interceptCall(call, headers, (reply, _) -> {
            seen.set(reply);
            return new ServerCall.Listener<>() { };
        });
        return seen.get();
    }

    private static Metadata timeout(String value) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), value);
        return headers;
    }
}
