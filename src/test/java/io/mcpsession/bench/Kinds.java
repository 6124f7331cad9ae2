package io.mcpsession.bench;

import com.google.protobuf.Empty;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.mcpsession.envoy.AttributeContext;
import io.mcpsession.envoy.AuthorizationGrpc;
import io.mcpsession.envoy.CheckRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.TouchSessionRequest;
import io.mcpsession.v1.ValidateSessionRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** The kinds of load on one server, and their yardsticks. */
final class Kinds implements AutoCloseable {

    private final UnderTest server;
    private final String[] sessions;
    /** One connection each, as a sidecar has. */
    private final ManagedChannel api;
    private final ManagedChannel constant;

    /**
     * @param sessions how many there are when it begins; the users share them
     */
    Kinds(UnderTest server, int sessions) throws IOException {
        this.server = server;
        this.sessions = new String[sessions];
        try (Connection connection = new Connection(server.mcp())) {
            for (int i = 0; i < sessions; i++) {
                this.sessions[i] = McpRequests.session(connection, i % UnderTest.USERS);
            }
        }
        api = channel(server.grpc());
        constant = channel(server.yardstick());
    }

    private static ManagedChannel channel(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    /** Single requests. */
    List<Kind> http() {
        byte[][] pings = new byte[sessions.length][];
        for (int i = 0; i < pings.length; i++) {
            pings[i] = McpRequests.in(sessions[i], i % UnderTest.USERS, McpRequests.PING);
        }
        return List.of(
                new Kind(Kind.HTTP, "echo", Beside.YARDSTICK,
                        Connection.Work.of(McpRequests.echo(sessions[0], 0)).on(server.yardstick())),
                http("ping, one session", Connection.Work.of(pings[0])),
                http("ping, many sessions", Connection.Work.of(
                        () -> pings[ThreadLocalRandom.current().nextInt(pings.length)])),
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

    /** A session is opened, and so many requests follow, on and on. */
    List<Kind> flows() {
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

    /** Single calls. */
    List<Kind> grpc() {
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

    /** A call that says whether it went well. */
    @FunctionalInterface
    interface Call {
        boolean well();
    }

    /** Who makes a call over what all share. */
    static Caller.Maker shared(Call call) {
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
    }
}
