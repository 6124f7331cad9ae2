package io.mcpsession.grpc;

import io.grpc.Status.Code;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SigningKey;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.WatchSessionsRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** A watcher that does not read while more happens than its connection holds. */
@Tag("slow")
class SlowWatcherTest {

    private final EndlessFeed feed = new EndlessFeed(id());
    private final RunningApi api = new RunningApi(new HeldStore(), feed, http2 -> http2
            .flowControlTimeout(Duration.ofMillis(500)).maxConcurrentStreams(1));

    static SessionId id() {
        return new SessionIds(() -> List.of(new SigningKey(new byte[32])), new SecureRandom(), InstantSource.system())
                .mint(io.mcpsession.session.Principal.ofSubject("alice"));
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private PausingClient<WatchSessionsRequest, SessionEvent> watch() {
        var watcher = new PausingClient<>(api.channel, SessionServiceGrpc.getWatchSessionsMethod());
        watcher.read(1);
        watcher.send(WatchSessionsRequest.getDefaultInstance()).sentAll();
        eventually(watcher::messages, is(not(empty())));
        return watcher;
    }

    @Test
    void isToldToGoOnFromItsToken() {
        var watcher = watch();
        eventually(feed::readers, is(0));

        watcher.readAll();

        eventually(watcher::end, is(Optional.of(Code.UNAVAILABLE)));
        assertThat(watcher.endMessage(), containsString("resume_token"));
        assertThat(StatusProto.fromStatusAndTrailers(Status.UNAVAILABLE, watcher.trailers()).getDetailsCount(),
                is(greaterThan(0)));
    }

    @Test
    void isForgotten() {
        var watcher = watch();

        eventually(api.calls::streams, is(0));
        assertThat(feed.readers(), is(0));
        watcher.readAll();
    }

    @Test
    void leavesItsPlaceToTheNextCall() {
        var watcher = watch();
        eventually(feed::readers, is(0));
        watcher.readAll();
        eventually(watcher::end, is(Optional.of(Code.UNAVAILABLE)));

        assertThat(api.stub().listSessions(ListSessionsRequest.newBuilder()
                .setOwner(Principal.newBuilder().setSubject("alice")).build()).getSessionsCount(), is(0));
    }

    @Test
    void doesNotKeepStreamsFromEnding() throws Exception {
        var watcher = watch();

        CompletableFuture.runAsync(api.calls::endStreams).get(5, TimeUnit.SECONDS);

        watcher.readAll();
        eventually(watcher::end, is(Optional.of(Code.UNAVAILABLE)));
    }
}
