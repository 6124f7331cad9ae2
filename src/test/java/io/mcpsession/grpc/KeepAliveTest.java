package io.mcpsession.grpc;

import com.google.rpc.ErrorInfo;
import io.grpc.stub.StreamObserver;
import io.mcpsession.http2.HeaderBlock;
import io.mcpsession.http2.RawHttp2;
import io.mcpsession.testing.StackTraces;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.KeepAliveRequest;
import io.mcpsession.v1.KeepAliveResponse;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionServiceGrpc;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

class KeepAliveTest extends ApiOnRedis {

    private static final String BODY = "io.helidon.webserver.http2.Http2ServerStream.readEntityFromPipeline";

    /** What came; empty for the end of the stream. */
    private final BlockingQueue<Optional<KeepAliveResponse>> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    private StreamObserver<KeepAliveRequest> open() {
        answers.clear();
        failures.clear();
        return SessionServiceGrpc.newStub(api.channel).keepAlive(new StreamObserver<>() {
            @Override
            public void onNext(KeepAliveResponse response) {
                answers.add(Optional.of(response));
            }

            @Override
            public void onError(Throwable failure) {
                failures.add(failure);
            }

            @Override
            public void onCompleted() {
                answers.add(Optional.empty());
            }
        });
    }

    private KeepAliveResponse next() throws InterruptedException {
        return answers.poll(10, TimeUnit.SECONDS).orElseThrow();
    }

    private static KeepAliveRequest request(String id) {
        return KeepAliveRequest.newBuilder().setSessionId(id).build();
    }

    @Test
    void eachRequestRestartsAnIdleTimer() throws Exception {
        Session session = create(alice);
        advance(IDLE.dividedBy(2));
        StreamObserver<KeepAliveRequest> stream = open();

        stream.onNext(request(session.getSessionId()));
        KeepAliveResponse answer = next();

        assertThat(answer.getSessionId(), is(session.getSessionId()));
        assertThat(answer.getDecision(), is(Decision.DECISION_ACTIVE));
        assertThat(Duration.ofSeconds(answer.getTtl().getSeconds()), is(IDLE));
        assertThat(instant(get(session).getExpireTime()), is(now().plus(IDLE)));
        end(stream);
    }

    private void end(StreamObserver<KeepAliveRequest> stream) throws InterruptedException {
        stream.onCompleted();
        assertThat(answers.poll(10, TimeUnit.SECONDS), is(Optional.empty()));
        assertThat(failures.isEmpty(), is(true));
    }

    @Test
    void whatIsDeadMalformedOrSomebodyElsesIsAnsweredAndTheStreamGoesOn() throws Exception {
        Session dead = create(alice);
        delete(dead, false);
        Session theirs = create(bob);
        Session alive = create(alice);
        StreamObserver<KeepAliveRequest> stream = open();

        stream.onNext(request(dead.getSessionId()));
        stream.onNext(request("malformed"));
        stream.onNext(KeepAliveRequest.newBuilder().setSessionId(theirs.getSessionId()).setPrincipal(alice).build());
        stream.onNext(request(alive.getSessionId()));

        assertThat(next().getDecision(), is(Decision.DECISION_DELETED));
        KeepAliveResponse malformed = next();
        assertThat(malformed.getError().getDetails(0).unpack(ErrorInfo.class).getReason(), is("SESSION_ID_MALFORMED"));
        assertThat(malformed.getTtl().getSeconds(), is(0L));
        assertThat(next().getDecision(), is(Decision.DECISION_OWNER_MISMATCH));
        assertThat(next().getDecision(), is(Decision.DECISION_ACTIVE));
        end(stream);
    }

    /** The same watch ends waits for bodies that take longer than a second. */
    @Test
    void theStreamMayBeSilentForLongerThanABodyMayTake() throws Exception {
        StreamObserver<KeepAliveRequest> stream = open();
        stream.onNext(request(inventedId()));
        next();

        try (RawHttp2 connection = RawHttp2.connect(api.port())) {
            connection.begin(1, HeaderBlock.request("POST", "/none"));
            eventually(() -> StackTraces.within(BODY), greaterThan(0L));
            eventually(() -> StackTraces.within(BODY), is(0L));
        }

        stream.onNext(request(inventedId()));
        next();
        end(stream);
    }

    @Test
    void theStreamEndsWhenItsClientEndsIt() throws Exception {
        StreamObserver<KeepAliveRequest> stream = open();
        stream.onNext(request(inventedId()));
        next();

        end(stream);
    }
}
