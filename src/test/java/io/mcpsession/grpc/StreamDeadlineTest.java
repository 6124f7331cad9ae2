package io.mcpsession.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.WatchSessionsRequest;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Clients such as tonic's send the deadline of a stream, and leave it to the server to keep it. */
@Timeout(30)
class StreamDeadlineTest {

    private final EndlessFeed feed = new EndlessFeed(SlowWatcherTest.id());
    private final RunningApi api = new RunningApi(new HeldStore(), InstantSource.system(), feed);

    @AfterEach
    void stop() {
        api.close();
    }

    /** A header alone is no deadline for grpc-java's client. */
    private static Metadata deadline() {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), "300m");
        return headers;
    }

    @Test
    void aWatchEndsAndIsForgotten() throws InterruptedException {
        Iterator<SessionEvent> watch = SessionServiceGrpc.newBlockingStub(api.channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(deadline()))
                .watchSessions(WatchSessionsRequest.getDefaultInstance());

        StatusRuntimeException end = assertThrows(StatusRuntimeException.class, () -> {
            while (watch.hasNext()) {
                watch.next();
            }
        });

        assertThat(end.getStatus().getCode(), is(Status.Code.DEADLINE_EXCEEDED));
        while (feed.readers() > 0) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Test
    void aStreamOnWhichNobodySaysAnythingEnds() {
        QuietKeepAlive client = new QuietKeepAlive();
        SessionServiceGrpc.newStub(api.channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(deadline()))
                .keepAlive(client);

        CompletionException end = assertThrows(CompletionException.class, client::awaitEnd);

        assertThat(Status.fromThrowable(end).getCode(), is(Status.Code.DEADLINE_EXCEEDED));
    }
}
