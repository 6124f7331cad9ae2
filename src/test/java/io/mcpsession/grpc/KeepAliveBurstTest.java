package io.mcpsession.grpc;

import io.grpc.Status.Code;
import io.mcpsession.http2.HeaderBlock;
import io.mcpsession.http2.RawHttp2;
import io.mcpsession.v1.KeepAliveRequest;
import io.mcpsession.v1.KeepAliveResponse;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionServiceGrpc;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Many requests at once on one stream, from a client that reads the answers later. */
@Tag("slow")
class KeepAliveBurstTest {

    private static final int CONTENT_TYPE = 31;
    private static final int NOT_FOUND = 13;
    private static final int BURST = 2000;
    /** Whose answers are more than a client of Java has room for, 1 MiB. */
    private static final int MORE_THAN_ROOM = 10_000;
    private static final int FLOOD = 30_000;

    private final RunningApi api = new RunningApi(new HeldStore(), new EndlessFeed(SlowWatcherTest.id()),
            http2 -> http2.flowControlTimeout(Duration.ofSeconds(3)).maxConcurrentStreams(2));
    private final PausingClient<KeepAliveRequest, KeepAliveResponse> client =
            new PausingClient<>(api.channel, SessionServiceGrpc.getKeepAliveMethod());

    @AfterEach
    void stop() {
        api.close();
    }

    private void send(int requests) {
        for (int i = 0; i < requests; i++) {
            // What is no id is answered without the store.
            client.send(KeepAliveRequest.newBuilder().setSessionId("no id " + i).build());
        }
    }

    private void otherCall() {
        api.stub().listSessions(ListSessionsRequest.newBuilder()
                .setOwner(Principal.newBuilder().setSubject("alice")).build());
    }

    private List<String> answered() {
        return client.messages().stream().map(KeepAliveResponse::getSessionId).toList();
    }

    @Test
    void isAnsweredInItsOrder() {
        send(BURST);
        client.readAll();
        client.sentAll();

        eventually(client::end, is(Optional.of(Code.OK)));
        assertThat(answered(), is(IntStream.range(0, BURST).mapToObj(i -> "no id " + i).toList()));
    }

    @Test
    void isAnsweredAlsoWhenItsAnswersAreReadMuchLater() {
        send(MORE_THAN_ROOM);
        otherCall();

        client.readAll();

        eventually(client::messages, hasSize(MORE_THAN_ROOM));
    }

    /** A client that gives room for answers only when it has said all, as those in Go and Python do. */
    @Test
    void holdsUpNoOtherRequestOnItsConnection() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(api.port())) {
            connection.send(RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1,
                    HeaderBlock.request("POST", "/mcpsession.v1.SessionService/KeepAlive")
                            .passing(CONTENT_TYPE, "application/grpc").bytes()));
            for (int i = 0; i < BURST; i++) {
                connection.send(RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[5]));
            }
            long begin = System.nanoTime();

            connection.request(3, HeaderBlock.request());

            assertThat(connection.outcome(3), is(NOT_FOUND));
            assertThat(Duration.ofNanos(System.nanoTime() - begin), is(lessThan(Duration.ofSeconds(2))));
        }
    }

    @Test
    void leavesItsPlaceToTheNextCall() {
        client.readAll();
        send(1);
        client.sentAll();
        eventually(client::end, is(Optional.of(Code.OK)));
        PausingClient<KeepAliveRequest, KeepAliveResponse> next =
                new PausingClient<>(api.channel, SessionServiceGrpc.getKeepAliveMethod());
        next.readAll();
        next.sentAll();
        eventually(next::end, is(Optional.of(Code.OK)));

        otherCall();
    }

    @Test
    void thatIsTooLargeIsAnsweredInPartAndRefused() {
        send(FLOOD);
        otherCall();
        client.readAll();

        eventually(client::end, is(Optional.of(Code.RESOURCE_EXHAUSTED)));
        assertThat(client.messages().size(), is(allOf(greaterThan(BURST), lessThan(FLOOD))));
        eventually(api.calls::streams, is(0));
    }

    @Test
    void whoseAnswersNobodyReadsIsToldSo() {
        send(MORE_THAN_ROOM);
        eventually(api.calls::streams, is(1));
        eventually(api.calls::streams, is(0));

        client.readAll();

        eventually(client::end, is(Optional.of(Code.UNAVAILABLE)));
    }
}
