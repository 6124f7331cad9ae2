package io.mcpsession.grpc;

import com.google.rpc.RetryInfo;
import io.grpc.stub.StreamObserver;
import io.mcpsession.v1.KeepAliveRequest;
import io.mcpsession.v1.KeepAliveResponse;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.WatchSessionsRequest;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
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
        CompletableFuture<Void> ended = new CompletableFuture<>();
        SessionServiceGrpc.newStub(api.channel).keepAlive(new StreamObserver<KeepAliveResponse>() {

            @Override
            public void onNext(KeepAliveResponse answer) {
            }

            @Override
            public void onError(Throwable why) {
                ended.completeExceptionally(why);
            }

            @Override
            public void onCompleted() {
                ended.complete(null);
            }
        }).onNext(KeepAliveRequest.newBuilder().setSessionId("x").build());

        api.calls.endStreams();

        assertStopping(() -> {
            try {
                ended.join();
            } catch (java.util.concurrent.CompletionException e) {
                throw e.getCause();
            }
        });
    }
}
