package io.mcpsession.grpc;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.mcpsession.testing.Footprint;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.Tally;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionServiceGrpc;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;

/** gRPC calls that nobody would make: none is the server's fault, none hangs, and the server goes on as before. */
class GrpcFuzzTest {

    private static final long SEED = Long.getLong("fuzz.seed", 20_261_122);
    private static final int AT_ONCE = 16;
    private static final int LONGEST_WAIT_MILLIS = 5000;
    /** Which of so many calls is noise on a connection of its own. */
    private static final int NOISE_EACH = 20;
    /** What the specification calls INTERNAL although the caller is to blame (gRPC Compression, Test cases). */
    private static final String FLAGGED =
            "grpc 13 a message is flagged as compressed, and grpc-encoding does not say how";

    @Test
    @Timeout(120)
    void aThousandMalformedCallsDoNoHarm() throws Exception {
        send(1000);
    }

    /** 20,000 unless {@code mcp.fuzz.grpc} says otherwise. */
    @Test
    @Tag("slow")
    @Timeout(900)
    void twentyThousandMalformedCallsDoNoHarm() throws Exception {
        send(Integer.getInteger("mcp.fuzz.grpc", 20_000));
    }

    private static void send(int calls) throws Exception {
        EventLoopGroup group = new NioEventLoopGroup(2);
        try (TestServer server = TestServer.embedded(); LogCapture log = new LogCapture("io.mcpsession");
             LogCapture helidons = new LogCapture("io.helidon");
             // Buffers of this client's own, of streams that it left.
             LogCapture _ = new LogCapture("io.grpc.netty.shaded.io.netty.util.ResourceLeakDetector", Level.OFF)) {
            shoot(server, group, AT_ONCE * NOISE_EACH);
            Footprint before = Footprint.now();
            long begin = System.nanoTime();

            Map<String, Integer> outcomes = shoot(server, group, calls);

            System.out.println("grpc fuzz: seed " + SEED + ", " + calls + " calls in "
                    + (System.nanoTime() - begin) / 1_000_000 + " ms: " + outcomes);
            System.out.println("grpc fuzz: " + before + " before, " + before.awaitReturn() + " after");
            assertThat(outcomes.keySet().stream().filter(GrpcFuzzTest::isTheServersFault).toList(), is(empty()));
            assertThat(outcomes.keySet(), hasItems("grpc 0", "grpc 3", "grpc 12"));
            assertThat(log.at(Level.SEVERE), is(empty()));
            assertThat(helidons.at(Level.SEVERE), is(empty()));
            assertThat(helidons.at(Level.WARNING), is(empty()));
            served(server);
        } finally {
            group.shutdownGracefully();
        }
    }

    /** UNKNOWN, INTERNAL, UNAVAILABLE, DATA_LOSS, or a 5xx. */
    private static boolean isTheServersFault(String outcome) {
        return List.of("grpc 2", "grpc 14", "grpc 15", "reset INTERNAL_ERROR").contains(outcome)
                || outcome.startsWith("grpc 13") && !outcome.equals(FLAGGED) || outcome.startsWith("http 5");
    }

    /** Whoever calls properly is served as before. */
    private static void served(TestServer server) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.internalPort()).usePlaintext().build();
        try {
            SessionServiceGrpc.SessionServiceBlockingStub stub = SessionServiceGrpc.newBlockingStub(channel);
            String session = create(stub);
            assertThat(stub.getSession(GetSessionRequest.newBuilder().setSessionId(session).build()).getSessionId(),
                    is(session));
            assertThat(HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()).getStatus(),
                    is(ServingStatus.SERVING));
        } finally {
            channel.shutdownNow();
        }
    }

    private static String create(SessionServiceGrpc.SessionServiceBlockingStub stub) {
        return stub.createSession(CreateSessionRequest.newBuilder()
                .setOwner(Principal.newBuilder().setSubject("alice")).setProtocolVersion("2025-11-25").build())
                .getSessionId();
    }

    private static Map<String, Integer> shoot(TestServer server, EventLoopGroup group, int calls) throws Exception {
        String session = server.alice().call("initialize").session();
        List<Callable<Map<String, Integer>>> shooters = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            OddCalls odd = new OddCalls(SEED + i, session);
            shooters.add(() -> {
                Map<String, Integer> outcomes = new TreeMap<>();
                try (Http2Caller caller = new Http2Caller(group, server.internalPort())) {
                    for (int n = 0; n < calls / AT_ONCE; n++) {
                        outcomes.merge(n % NOISE_EACH == 0 ? noise(server, odd.noise()) : caller.outcome(odd.next()), 1,
                                Integer::sum);
                    }
                }
                return outcomes;
            });
        }
        return Tally.ofAll(shooters);
    }

    private static String noise(TestServer server, byte[] bytes) {
        try (Socket socket = new Socket("127.0.0.1", server.internalPort())) {
            socket.setSoTimeout(LONGEST_WAIT_MILLIS);
            socket.setSoLinger(true, 0);
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("a connection hangs after " + bytes.length + " bytes of noise", e);
        } catch (IOException e) {
            // Closed at once, which is right as well.
        }
        return "noise";
    }
}
