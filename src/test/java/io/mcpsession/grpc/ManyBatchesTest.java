package io.mcpsession.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.BatchValidateSessionsRequest;
import io.mcpsession.v1.BatchValidateSessionsResponse;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.ValidateSessionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

/** As many batches at once as sidecars of a busy cluster send: all are answered, and nobody else is the worse off. */
class ManyBatchesTest {

    private static final int CALLERS = 64;
    private static final int IDS = 100;

    @ParameterizedTest
    @ValueSource(strings = {"map-cache", "hash"})
    void allAreAnsweredAndPingsBesideThemAsWell(String layout) throws Exception {
        try (TestServer server = TestServer.with(Map.of("mcp.session.layout", layout));
             ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.internalPort()).usePlaintext()
                    .build();
            try {
                McpClient alice = server.alice();
                String session = alice.call("initialize").session();
                BatchValidateSessionsRequest batch = batch(session);
                List<Future<List<Decision>>> answers = new ArrayList<>();
                for (int i = 0; i < CALLERS; i++) {
                    answers.add(threads.submit(() -> decisions(channel, batch)));
                }
                List<Integer> pings = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    pings.add(alice.in(session).call("ping").status());
                }
                for (Future<List<Decision>> answer : answers) {
                    assertThat(answer.get(), hasSize(IDS));
                    assertThat(answer.get(), everyItem(is(Decision.DECISION_ACTIVE)));
                }
                assertThat(pings, everyItem(is(200)));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static List<Decision> decisions(ManagedChannel channel, BatchValidateSessionsRequest batch) {
        BatchValidateSessionsResponse response = SessionServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS).batchValidateSessions(batch);
        return response.getResultsList().stream().map(result -> result.getResponse().getDecision()).toList();
    }

    private static BatchValidateSessionsRequest batch(String session) {
        return BatchValidateSessionsRequest.newBuilder().addAllRequests(IntStream.range(0, IDS)
                .mapToObj(_ -> ValidateSessionRequest.newBuilder().setSessionId(session)
                        .setPrincipal(Principal.newBuilder().setSubject("alice"))
                        .setTouchMode(TouchMode.TOUCH_MODE_ALWAYS).build()).toList()).build();
    }
}
