package io.mcpsession.grpc;

import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.CountSessionsRequest;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import io.mcpsession.v1.WatchSessionsRequest;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** How often one service may call. */
@Timeout(60)
class RateLimitTest {

    private final TestServer server = TestServer.with(Map.of(
            "mcp.limits.per-service.rate", "1", "mcp.limits.per-service.burst", "20",
            "mcp.grpc.callers.0.name", "loud", "mcp.grpc.callers.0.role", "read",
            "mcp.grpc.callers.0.token-sha256", TestServer.sha256("loud-secret"),
            "mcp.grpc.callers.1.name", "quiet", "mcp.grpc.callers.1.role", "read",
            "mcp.grpc.callers.1.token-sha256", TestServer.sha256("quiet-secret")));
    private ManagedChannel channel;

    @BeforeEach
    void connect() {
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", server.internalPort()).usePlaintext().build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.close();
    }

    private SessionServiceBlockingStub calling(String service) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + service + "-secret");
        return SessionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static StatusRuntimeException refusal(SessionServiceBlockingStub stub) {
        return assertThrows(StatusRuntimeException.class, () -> {
            while (true) {
                stub.countSessions(CountSessionsRequest.getDefaultInstance());
            }
        });
    }

    @Test
    void aServiceThatCallsTooOftenIsToldWhenToCallAgainAndAnotherIsServed() throws Exception {
        StatusRuntimeException refused = refusal(calling("loud"));

        assertThat(refused.getStatus().getCode(), is(Status.Code.RESOURCE_EXHAUSTED));
        com.google.rpc.Status details = StatusProto.fromThrowable(refused);
        assertThat(details.getDetails(0).unpack(ErrorInfo.class).getReason(), is("RATE_LIMIT"));
        assertThat(details.getDetails(0).unpack(ErrorInfo.class).getDomain(), is("mcpsession.v1.SessionService"));
        RetryInfo retry = details.getDetailsList().stream().filter(it -> it.is(RetryInfo.class)).findFirst()
                .orElseThrow().unpack(RetryInfo.class);
        assertThat(retry.getRetryDelay().getSeconds() * 1_000_000_000L + retry.getRetryDelay().getNanos(),
                is(greaterThan(0L)));
        assertThat(calling("quiet").countSessions(CountSessionsRequest.getDefaultInstance()).getCount(), is(0L));
    }

    @Test
    void aStreamIsACallToo() {
        refusal(calling("loud"));

        StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, () ->
                calling("loud").watchSessions(WatchSessionsRequest.getDefaultInstance()).hasNext());

        assertThat(refused.getStatus().getCode(), is(Status.Code.RESOURCE_EXHAUSTED));
    }

    @Test
    void healthIsAnsweredHoweverOften() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);

        for (int i = 0; i < 100; i++) {
            health.check(HealthCheckRequest.getDefaultInstance());
        }
    }
}
