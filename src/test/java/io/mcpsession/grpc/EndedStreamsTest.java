package io.mcpsession.grpc;

import com.google.rpc.RetryInfo;
import io.mcpsession.v1.KeepAliveRequest;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.WatchSessionsRequest;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

/** What the clients of streams hear when the server stops, as the contract has it. */
class EndedStreamsTest {

    private final RunningApi api =
            new RunningApi(new HeldStore(), InstantSource.system(), new EndlessFeed(SlowWatcherTest.id()));

    @AfterEach
    void stop() {
        api.close();
    }

    private void assertStopping(Executable call) {
        Failure failure = Failure.of(call);
        assertThat(failure.reason(), is("SERVER_STOPPING"));
        assertThat(failure.details(RetryInfo.class), hasSize(1));
    }

    private Iterator<SessionEvent> watch() {
        return SessionServiceGrpc.newBlockingStub(api.channel)
                .watchSessions(WatchSessionsRequest.getDefaultInstance());
    }

    private static void readAll(Iterator<SessionEvent> watch) {
        while (watch.hasNext()) {
            watch.next();
        }
    }

    @Test
    void aWatchHearsThatTheServerStops() {
        Iterator<SessionEvent> watch = watch();
        watch.next();

        api.calls.endStreams();

        assertStopping(() -> readAll(watch));
    }

    @Test
    void aWatchThatBeginsTooLateHearsTheSame() {
        api.calls.endStreams();

        assertStopping(() -> readAll(watch()));
    }

    @Test
    void aStreamOfSessionsInUseHearsTheSame() {
        QuietKeepAlive client = new QuietKeepAlive();
        SessionServiceGrpc.newStub(api.channel).keepAlive(client)
                .onNext(KeepAliveRequest.newBuilder().setSessionId("x").build());

        api.calls.endStreams();

        assertStopping(() -> {
            try {
                client.awaitEnd();
            } catch (CompletionException e) {
                throw e.getCause();
            }
        });
    }
}
