package io.mcpsession.grpc;

import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.CountSessionsRequest;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.WatchSessionsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** How many streams one caller of the internal socket may have open. */
class StreamLimitTest {

    private static final int STREAMS = 5;

    private final TestServer server = TestServer.with(Map.of("mcp.limits.open.streams-per-user", "" + STREAMS));
    private final List<Watcher> watchers = new ArrayList<>();

    @AfterEach
    void stop() {
        watchers.forEach(Watcher::close);
        server.close();
    }

    private ManagedChannel channel() {
        return ManagedChannelBuilder.forAddress("127.0.0.1", server.internalPort()).usePlaintext().build();
    }

    private Watcher watching() {
        Watcher watcher = new Watcher(channel(), WatchSessionsRequest.getDefaultInstance(), _ -> { });
        watchers.add(watcher);
        watcher.await();
        return watcher;
    }

    @Test
    void oneTooManyIsRefusedWithAReasonUntilAnotherEnds() {
        for (int i = 0; i < STREAMS; i++) {
            assertThat(watching().failure().isPresent(), is(false));
        }

        StatusRuntimeException refused = (StatusRuntimeException) watching().failure().orElseThrow();

        assertThat(refused.getStatus().getCode(), is(Status.Code.RESOURCE_EXHAUSTED));
        assertThat(detail(refused, ErrorInfo.class).getReason(), is("STREAM_LIMIT"));
        assertThat(detail(refused, ErrorInfo.class).getDomain(), is("mcpsession.v1.SessionService"));
        assertThat(detail(refused, RetryInfo.class).getRetryDelay().getSeconds(), is(1L));
        ManagedChannel channel = channel();
        assertThat(SessionServiceGrpc.newBlockingStub(channel).countSessions(CountSessionsRequest.getDefaultInstance())
                .getCount(), is(0L));
        channel.shutdownNow();

        watchers.getFirst().kill();

        eventually(() -> watching().failure().isPresent(), is(false));
    }

    private static <T extends com.google.protobuf.Message> T detail(StatusRuntimeException e, Class<T> type) {
        return StatusProto.fromThrowable(e).getDetailsList().stream().filter(any -> any.is(type)).findFirst()
                .map(any -> {
                    try {
                        return any.unpack(type);
                    } catch (com.google.protobuf.InvalidProtocolBufferException wrong) {
                        throw new AssertionError(wrong);
                    }
                }).orElseThrow();
    }
}
