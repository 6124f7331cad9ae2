package io.mcpsession.bench;

import com.google.protobuf.Empty;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.mcpsession.envoy.AttributeContext;
import io.mcpsession.envoy.AuthorizationGrpc;
import io.mcpsession.envoy.CheckRequest;
import io.mcpsession.redis.Layout;
import io.mcpsession.redis.RedisClient;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.TouchSessionRequest;
import io.mcpsession.v1.ValidateSessionRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** All kinds of load on one server, and the yardsticks. */
final class Kinds implements AutoCloseable {

    private static final int SESSIONS = 1000;
    /** About as long as a stored session. */
    private static final int RECORD_BYTES = 400;

    private final UnderTest server;
    private final String[] sessions = new String[SESSIONS];
    private final RedissonClient redisson;
    /** One connection each, as a sidecar has. */
    private final ManagedChannel api;
    private final ManagedChannel constant;

    Kinds(UnderTest server) throws IOException {
        this.server = server;
        try (Connection connection = new Connection(server.mcp())) {
            for (int i = 0; i < SESSIONS; i++) {
                sessions[i] = McpRequests.session(connection, i % UnderTest.USERS);
            }
        }
        redisson = RedisClient.open(
                RedisConfig.single(server.redis(), Duration.ofSeconds(10), 16, "bench", 1, Layout.MAP_CACHE));
        api = channel(server.grpc());
        constant = channel(server.yardstick());
    }

    private static ManagedChannel channel(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    List<Kind> all() {
        List<Kind> all = new ArrayList<>(http());
        all.addAll(flows());
        all.addAll(grpc());
        all.add(redisRead());
        return all;
    }

    /** Single requests. */
    List<Kind> http() {
        byte[][] pings = new byte[SESSIONS][];
        for (int i = 0; i < SESSIONS; i++) {
            pings[i] = McpRequests.in(sessions[i], i % UnderTest.USERS, McpRequests.PING);
        }
        return List.of(
                new Kind(Kind.HTTP, "echo", Beside.YARDSTICK,
                        Connection.Work.of(McpRequests.echo(sessions[0], 0)).on(server.yardstick())),
                http("ping, one session", Connection.Work.of(pings[0])),
                http("ping, 1,000 sessions", Connection.Work.of(
                        () -> pings[ThreadLocalRandom.current().nextInt(SESSIONS)])),
                http("tools/list, one session",
                        Connection.Work.of(McpRequests.in(sessions[0], 0, McpRequests.LIST))),
                http("tools/list, stateless", Connection.Work.of(McpRequests.statelessList(0))),
                initialize());
    }

    private Kind http(String name, Connection.Work work) {
        return new Kind(Kind.HTTP, name, Beside.REQUEST, work.on(server.mcp()));
    }

    /** The users take turns. */
    private Kind initialize() {
        byte[][] requests = new byte[UnderTest.USERS][];
        for (int user = 0; user < requests.length; user++) {
            requests[user] = McpRequests.initialize(user);
        }
        AtomicInteger next = new AtomicInteger();
        return http("initialize", Connection.Work.of(
                () -> requests[Math.floorMod(next.getAndIncrement(), requests.length)]));
    }

    private List<Kind> flows() {
        List<Kind> flows = new ArrayList<>();
        for (int calls : new int[] {1, 10, 100}) {
            flows.add(new Kind(Kind.HTTP, "initialize + " + calls + " × tools/list", Beside.FLOW,
                    flow(calls).on(server.mcp())));
        }
        return flows;
    }

    private static Connection.Work flow(int calls) {
        AtomicInteger next = new AtomicInteger();
        return connection -> {
            int user = Math.floorMod(next.getAndIncrement(), UnderTest.USERS);
            byte[] call = McpRequests.in(McpRequests.session(connection, user), user, McpRequests.LIST);
            for (int i = 0; i < calls; i++) {
                connection.succeed(call);
            }
            return 1 + calls;
        };
    }

    private List<Kind> grpc() {
        Principal owner = Principal.newBuilder().setSubject(UnderTest.user(0)).build();
        var service = SessionServiceGrpc.newBlockingStub(api);
        var validate = ValidateSessionRequest.newBuilder().setSessionId(sessions[0]).setPrincipal(owner)
                .setTouchMode(TouchMode.TOUCH_MODE_IF_STALE).build();
        var touch = TouchSessionRequest.newBuilder().setSessionId(sessions[0]).setPrincipal(owner).build();
        AttributeContext.Builder attributes = AttributeContext.newBuilder();
        attributes.getRequestBuilder().getHttpBuilder().setMethod("POST").setPath(McpRequests.PATH)
                .putHeaders("authorization", "Bearer " + UnderTest.token(0))
                .putHeaders("mcp-session-id", sessions[0]);
        var check = CheckRequest.newBuilder().setAttributes(attributes).build();
        var authorization = AuthorizationGrpc.newBlockingStub(api);
        return List.of(
                new Kind(Kind.GRPC, "a constant", Beside.YARDSTICK, shared(() -> ClientCalls.blockingUnaryCall(constant,
                        ConstantService.GET, CallOptions.DEFAULT, Empty.getDefaultInstance()) != null)),
                new Kind(Kind.GRPC, "ValidateSession", Beside.REQUEST,
                        shared(() -> service.validateSession(validate).hasSession())),
                new Kind(Kind.GRPC, "TouchSession", Beside.REQUEST,
                        shared(() -> service.touchSession(touch).hasExpireTime())),
                new Kind(Kind.GRPC, "Envoy's Check", Beside.REQUEST,
                        shared(() -> authorization.check(check).hasOkResponse())));
    }

    /** A read by the server's own client, without the server. */
    private Kind redisRead() {
        var bucket = redisson.<String>getBucket("bench", StringCodec.INSTANCE);
        bucket.set("x".repeat(RECORD_BYTES));
        return new Kind(Kind.REDIS, "Redisson, one read", Beside.REQUEST,
                shared(() -> bucket.get().length() == RECORD_BYTES));
    }

    /** A call that says whether it went well. */
    @FunctionalInterface
    private interface Call {
        boolean well();
    }

    private static Caller.Maker shared(Call call) {
        return () -> () -> {
            if (!call.well()) {
                throw new IllegalStateException("not the answer that was expected");
            }
            return 1;
        };
    }

    @Override
    public void close() {
        api.shutdownNow();
        constant.shutdownNow();
        redisson.shutdown();
    }
}
