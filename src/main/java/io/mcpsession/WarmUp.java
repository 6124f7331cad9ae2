package io.mcpsession;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.MethodDescriptor;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.grpc.GrpcRouting;
import io.mcpsession.auth.TokenSecret;
import io.mcpsession.envoy.AttributeContext;
import io.mcpsession.envoy.AuthorizationGrpc;
import io.mcpsession.envoy.CheckRequest;
import io.mcpsession.grpc.GrpcApi;
import io.mcpsession.http.McpEndpoint;
import io.mcpsession.http2.Http2Guard;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionIds;
import io.mcpsession.settings.Settings;
import io.mcpsession.v1.BatchValidateSessionsRequest;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.ValidateSessionRequest;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Serves a few calls before anybody can make one, since the first of all calls loads the classes of the whole way:
 * that took half of the 200 ms that Envoy waits for {@code Check} by default.
 *
 * <p>They take the real way through HTTP/2, gRPC and authentication to the store and back, over a socket that only this process
 * can use, so that it makes no difference whether the real one wants certificates or tokens. They ask for the session of nobody and change nothing.
 */
final class WarmUp {

    /** The longest that a start waits for it. */
    static final Duration PATIENCE = Duration.ofMillis(500);
    /** Later rounds leave the interpreter sooner; they are left out where there is no time for them. */
    private static final Duration WELL_SPENT = Duration.ofMillis(250);
    private static final int ROUNDS = 20;
    /** Longer than any call waits for the store. Nobody waits for that. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    private static final Logger LOG = System.getLogger(WarmUp.class.getName());
    /** No user: it has neither the issuer of a token nor that of an API token, which is empty. */
    private static final Principal NOBODY = new Principal("warm-up", "nobody");

    private final Settings settings;
    private final SessionIds ids;
    private final SecureRandom random;
    private final Duration patience;

    /**
     * @param patience longest wait for all of it, and for a single answer
     */
    WarmUp(Settings settings, SessionIds ids, SecureRandom random, Duration patience) {
        this.patience = patience;
        this.settings = settings;
        this.ids = ids;
        this.random = random;
    }

    private record Call(String method, byte[] message) {

        static Call of(MethodDescriptor<?, ?> method, MessageLite message) {
            return new Call(method.getFullMethodName(), message.toByteArray());
        }
    }

    /**
     * Returns when it is done, or when patience is over. What goes wrong is left to the first real call to find out.
     *
     * @param api   what it calls
     * @param token with which it may
     */
    void run(GrpcApi api, String token) {
        long begin = System.nanoTime();
        Thread calls = Thread.ofVirtual().name("warm-up").start(() -> {
            try {
                call(api, token, begin);
            } catch (IOException | RuntimeException e) {
                LOG.log(Level.DEBUG, "warming up failed", e);
            }
        });
        try {
            calls.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.log(Level.DEBUG, () -> "warmed up took_ms=" + (System.nanoTime() - begin) / 1_000_000);
    }

    private void call(GrpcApi api, String token, long begin) throws IOException {
        List<Call> calls = calls();
        WebServer server = server(api).start();
        try (WarmUpConnection connection = new WarmUpConnection(server.port(), token, patience)) {
            for (int i = 0; i < ROUNDS && (i == 0 || System.nanoTime() - begin < WELL_SPENT.toNanos()); i++) {
                for (Call call : calls) {
                    connection.call(call.method(), call.message());
                }
            }
        } catch (IOException e) {
            // To stop at once would interrupt the call that is late, which Helidon logs with a stack trace.
            LockSupport.parkNanos(GRACE.toNanos());
            throw e;
        } finally {
            server.stop();
        }
    }

    private WebServer server(GrpcApi api) {
        ListenerConfig configured = ListenerConfig.create(settings.server());
        GrpcRouting.Builder services = GrpcRouting.builder().config(settings.server());
        api.register(services);
        return WebServer.builder()
                .host(Server.LOOPBACK)
                .port(0)
                .shutdownHook(false)
                .shutdownGracePeriod(Duration.ZERO)
                .featuresDiscoverServices(false)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .connectionSelectors(Http2Guard.selectors(configured.protocols(), patience, api.wire()))
                .addRouting(services)
                .build();
    }

    /**
     * What Envoy and sidecars ask, be it that Envoy has verified the token or that this server does. None is let
     * through, and the last breaks a rule.
     *
     * @throws io.mcpsession.session.StoreUnavailableException when the signing keys could not be read yet
     */
    private List<Call> calls() {
        String id = ids.mint(NOBODY).value();
        ValidateSessionRequest validate = ValidateSessionRequest.newBuilder().setSessionId(id)
                .setPrincipal(io.mcpsession.v1.Principal.newBuilder().setIssuer(NOBODY.issuer())
                        .setSubject(NOBODY.subject()))
                .build();
        return List.of(Call.of(AuthorizationGrpc.getCheckMethod(), check(id, "Bearer " + TokenSecret.mint(random))),
                Call.of(AuthorizationGrpc.getCheckMethod(), check(id, "Bearer " + foreignJwt())),
                Call.of(AuthorizationGrpc.getCheckMethod(), verified(check(id, ""))),
                Call.of(SessionServiceGrpc.getValidateSessionMethod(), validate),
                Call.of(SessionServiceGrpc.getBatchValidateSessionsMethod(),
                        BatchValidateSessionsRequest.newBuilder().addRequests(validate).build()),
                Call.of(SessionServiceGrpc.getValidateSessionMethod(), ValidateSessionRequest.getDefaultInstance()));
    }

    private static CheckRequest check(String id, String authorization) {
        return CheckRequest.newBuilder().setAttributes(AttributeContext.newBuilder().setRequest(
                AttributeContext.Request.newBuilder().setHttp(AttributeContext.HttpRequest.newBuilder()
                        .setMethod("POST").setPath(McpEndpoint.PATH)
                        .putHeaders("authorization", authorization)
                        .putHeaders("mcp-session-id", id)
                        .setBody("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{}}")))).build();
    }

    private static CheckRequest verified(CheckRequest check) {
        Struct payload = Struct.newBuilder().putFields("iss", text(NOBODY.issuer()))
                .putFields("sub", text(NOBODY.subject())).build();
        CheckRequest.Builder verified = check.toBuilder();
        verified.getAttributesBuilder().getMetadataContextBuilder().putFilterMetadata("envoy.filters.http.jwt_authn",
                Struct.newBuilder().putFields("payload", Value.newBuilder().setStructValue(payload).build()).build());
        return verified.build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    /** Of an issuer that nobody is asked about. */
    private static String foreignJwt() {
        return base64("{\"alg\":\"RS256\",\"typ\":\"at+jwt\"}") + "."
                + base64("{\"iss\":\"" + NOBODY.issuer() + "\",\"sub\":\"nobody\",\"exp\":1}") + "." + base64("none");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }
}
