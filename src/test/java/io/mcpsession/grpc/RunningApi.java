package io.mcpsession.grpc;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.grpc.GrpcRouting;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.spi.ProtocolConfig;
import io.mcpsession.auth.AuthResult;
import io.mcpsession.auth.BearerTokens;
import io.mcpsession.http2.Http2Guard;
import io.mcpsession.relay.SessionFeed;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionCeiling;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionObserver;
import io.mcpsession.session.SessionPolicy;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.SigningKey;
import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.session.TrustedSessions;
import io.mcpsession.v1.SessionServiceGrpc;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The gRPC listener as the server runs it, on a free loopback port, and a client that shares no code with it. */
public final class RunningApi implements AutoCloseable {

    static final SessionLimits LIMITS = new SessionLimits(Duration.ofSeconds(600), Duration.ofHours(24));

    /** The beginning of a body that goes on past what a proxy sends of it. */
    static final String CUT = "{";
    private static final Duration BODY_PATIENCE = Duration.ofSeconds(1);

    /** Reads a body that is a method, a blank, and a conversation. */
    private static final McpCall.Reader BODIES = body -> {
        String[] words = new String(body, UTF_8).split(" ");
        return words[0].equals(CUT) ? McpCall.UNKNOWN
                : new McpCall(Optional.of(words[0]), Optional.of(words).filter(it -> it.length > 1).map(it -> it[1]));
    };

    final SessionIds ids;
    final GrpcHealth health = new GrpcHealth();
    final GrpcCalls calls = new GrpcCalls();
    final ManagedChannel channel;
    /** Ids that somebody presented in another's name, in order. */
    final Queue<SessionId> mismatches = new ConcurrentLinkedQueue<>();

    private final WebServer server;

    /** An API whose feed nobody writes. */
    RunningApi(SessionStore store, InstantSource clock) {
        this(store, clock, _ -> {
            throw new StoreUnavailableException("there is no feed", null);
        });
    }

    public RunningApi(SessionStore store, InstantSource clock, SessionFeed feed) {
        this(store, clock, feed, SessionPolicy.COMPAT, new ExtAuthzSettings(true, List.of(), Optional.empty(), false));
    }

    /**
     * @param more services of the test
     */
    RunningApi(SessionStore store, InstantSource clock, SessionFeed feed, SessionPolicy policy,
               ExtAuthzSettings envoy, BindableService... more) {
        this(store, clock, feed, policy, envoy, _ -> { }, more);
    }

    /**
     * @param http2 what its HTTP/2 does otherwise than by default
     */
    RunningApi(SessionStore store, SessionFeed feed, Consumer<Http2Config.Builder> http2) {
        this(store, InstantSource.system(), feed, SessionPolicy.COMPAT,
                new ExtAuthzSettings(true, List.of(), Optional.empty(), false), http2);
    }

    private RunningApi(SessionStore store, InstantSource clock, SessionFeed feed, SessionPolicy policy,
                       ExtAuthzSettings envoy, Consumer<Http2Config.Builder> http2, BindableService... more) {
        ids = new SessionIds(() -> List.of(new SigningKey(new byte[32])), new SecureRandom(), clock);
        GrpcRouting.Builder routing = GrpcRouting.builder();
        SessionCeiling ceiling = new SessionCeiling(Long.MAX_VALUE);
        Sessions sessions = new Sessions(store, ids, policy, ceiling, new Mismatches());
        GrpcApi served = new GrpcApi(sessions, new TrustedSessions(store, ids, ceiling, new Mismatches()), ids, LIMITS, clock, health,
                feed, calls)
                .answeringEnvoy(RunningApi::authenticate, BODIES, envoy);
        Stream.of(more).forEach(served::serving);
        served.describingItself().register(routing);
        server = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .connectionSelectors(Http2Guard.selectors(protocols(http2), BODY_PATIENCE, served.wire()))
                .addRouting(routing)
                .build()
                .start();
        channel = connect();
    }

    private static List<ProtocolConfig> protocols(Consumer<Http2Config.Builder> changes) {
        return ListenerConfig.create().protocols().stream().map(protocol -> {
            if (!(protocol instanceof Http2Config http2)) {
                return protocol;
            }
            Http2Config.Builder changed = Http2Config.builder(http2);
            changes.accept(changed);
            return changed.build();
        }).toList();
    }

    /** Knows whoever says "Bearer user-...", and serves anybody who says "Bearer anybody". */
    private static AuthResult authenticate(Optional<String> authorization) {
        return authorization.map(RunningApi::authenticate).orElseGet(AuthResult.Missing::new);
    }

    private static AuthResult authenticate(String authorization) {
        if (authorization.equals("Bearer anybody")) {
            return new AuthResult.Accepted(BearerTokens.ANYBODY);
        }
        return authorization.startsWith("Bearer user-")
                ? new AuthResult.Accepted(Principal.ofSubject(authorization.substring("Bearer ".length())))
                : new AuthResult.Rejected("unknown token");
    }

    /** A connection of its own. */
    public ManagedChannel connect() {
        return NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    }

    int port() {
        return server.port();
    }

    SessionServiceGrpc.SessionServiceBlockingStub stub() {
        return SessionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.stop();
    }

    private final class Mismatches implements SessionObserver {

        @Override
        public void mismatched(Principal caller, SessionId presented, Optional<Principal> owner) {
            mismatches.add(presented);
        }
    }
}
