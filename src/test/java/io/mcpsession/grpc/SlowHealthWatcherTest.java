package io.mcpsession.grpc;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.BlockingClientCall;
import io.mcpsession.http2.HeaderBlock;
import io.mcpsession.http2.RawHttp2;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;
import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** A watcher of health that has room for the first message and for no more. */
@Tag("slow")
class SlowHealthWatcherTest {

    private static final int CONTENT_TYPE = 31;
    private static final int STREAM = 1;
    private static final byte[] ROOM_FOR_ONE_MESSAGE = {0, 4, 0, 0, 0, 7};

    private final RunningApi api = new RunningApi(new HeldStore(), new EndlessFeed(SlowWatcherTest.id()),
            http2 -> http2.flowControlTimeout(Duration.ofSeconds(3)));
    private RawHttp2 slow;

    @BeforeEach
    void watchSlowly() throws IOException {
        slow = RawHttp2.connect(api.port());
        slow.send(RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, ROOM_FOR_ONE_MESSAGE));
        slow.send(RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, STREAM,
                HeaderBlock.request("POST", "/grpc.health.v1.Health/Watch")
                        .passing(CONTENT_TYPE, "application/grpc").bytes()));
        slow.send(RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, STREAM, new byte[5]));
        slow.outcome(STREAM);
    }

    @AfterEach
    void stop() throws IOException {
        slow.close();
        api.close();
    }

    @Test
    void keepsNobodyFromTellingNewsNorOthersFromHearingThem() throws Exception {
        BlockingClientCall<?, HealthCheckResponse> watch = HealthGrpc.newBlockingV2Stub(api.channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS).watch(HealthCheckRequest.getDefaultInstance());
        assertThat(watch.read().getStatus(), is(NOT_SERVING));

        flip(true);
        assertThat(watch.read().getStatus(), is(SERVING));
        flip(false);
        assertThat(watch.read().getStatus(), is(NOT_SERVING));
        flip(true);
        assertThat(watch.read().getStatus(), is(SERVING));
    }

    private void flip(boolean serving) throws Exception {
        CompletableFuture.runAsync(() -> api.health.serving(serving)).get(1, TimeUnit.SECONDS);
    }

    @Test
    void isForgotten() {
        assertThat(api.calls.streams(), is(1));
        eventually(() -> {
            api.health.serving(true);
            api.health.serving(false);
            return api.calls.streams();
        }, is(0));
    }

    @Test
    void isForgottenWithItsConnectionAlsoWhenThereAreNoNews() throws IOException {
        assertThat(api.calls.streams(), is(1));

        slow.close();

        eventually(api.calls::streams, is(0));
    }

    @Test
    void doesNotHoldUpALeave() throws Exception {
        flip(true);

        CompletableFuture.runAsync(api.health::leave).get(1, TimeUnit.SECONDS);
    }
}
