package io.mcpsession;

import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.common.tls.TlsConfig;
import io.helidon.webserver.ListenerConfig;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.ServiceCaller;
import io.mcpsession.auth.ServiceCallers;
import io.mcpsession.auth.ServiceRole;
import io.mcpsession.auth.TokenSecret;
import io.mcpsession.grpc.ExtAuthzSettings;
import io.mcpsession.grpc.GrpcApi;
import io.mcpsession.grpc.GrpcCalls;
import io.mcpsession.grpc.GrpcHealth;
import io.mcpsession.http.CallerShares;
import io.mcpsession.http.ResourceMetadata;
import io.mcpsession.limit.Buckets;
import io.mcpsession.limit.SharedPermits;
import io.mcpsession.relay.SessionFeed;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.TrustedSessions;
import io.mcpsession.settings.Settings;
import io.mcpsession.tracing.Tracing;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What the internal socket serves, and to whom. */
record InternalApi(Settings settings, Sessions sessions, TrustedSessions trusted, SessionIds ids, InstantSource clock,
                   Tracing tracing) {

    /** The calls of the socket, within their limits. */
    static GrpcCalls calls(Settings settings, SharedPermits permits, InstantSource steady) {
        CallerShares.Limits open = settings.limits().open();
        Buckets rates = new Buckets(settings.limits().perService(), permits, steady);
        return new GrpcCalls(open.streamsPerCaller(), open.streams(), rates::take);
    }

    GrpcApi api(Authenticator authenticator, GrpcHealth health, GrpcCalls calls, SessionFeed feed) {
        GrpcApi api = api(authenticator, health, calls, feed, settings.internal().callers());
        tracing.grpc().ifPresent(api::watchedBy);
        return settings.reflection() ? api.describingItself() : api;
    }

    /** Makes the first calls, where Redis answers. They are traced by nobody, and let in by a token that nobody else has. */
    void warmUp(Authenticator authenticator, SessionFeed feed, SecureRandom random, BooleanSupplier reachable) {
        if (!reachable.getAsBoolean()) {
            return;
        }
        String token = TokenSecret.mint(random);
        ServiceCallers itself = new ServiceCallers(List.of(new ServiceCaller("warm-up", ServiceRole.READ,
                new ServiceCaller.Proof.Token(TokenSecret.digest(token)))));
        new WarmUp(settings, ids, random, WarmUp.PATIENCE).run(
                api(authenticator, new GrpcHealth(), new GrpcCalls(), feed, itself), token);
    }

    private GrpcApi api(Authenticator authenticator, GrpcHealth health, GrpcCalls calls, SessionFeed feed,
                        ServiceCallers callers) {
        return new GrpcApi(sessions, trusted, ids, settings.session(), clock, health, feed, calls)
                .answeringEnvoy(authenticator, new PeekedCalls(), new ExtAuthzSettings(
                        settings.endpoint().conversations(), settings.auth().scopes(),
                        ResourceMetadata.url(settings.auth()), settings.envoyErrorResponse()))
                .calledBy(callers)
                .waitingAtMost(settings.redis().timeout());
    }

    /**
     * Whoever reaches the socket may open and end sessions of anybody, so it is served only where callers must prove who
     * they are, where that was declined, or on loopback (embedded). Judges the listener as it will be, not single keys.
     *
     * @throws StartException when anybody who reaches the socket could call it
     */
    static void mustBeGuarded(Settings settings, ListenerConfig listener) {
        Optional<TlsConfig> tls = listener.tls().map(Tls::prototype);
        tls.filter(it -> it.enabled() && it.clientAuth() != TlsClientAuth.NONE).ifPresent(InternalApi::mustVerify);
        boolean certificates = tls.filter(it -> it.enabled() && it.clientAuth() == TlsClientAuth.REQUIRED).isPresent();
        if (settings.redisMode() != Settings.RedisMode.EMBEDDED && !certificates && !settings.internal().isThoughtOf()) {
            throw new StartException("""
                    The internal socket would be open to anybody who reaches it. Do one of these:
                      set server.tls.client-auth to required, with certificates under server.tls; or
                      list services with tokens under mcp.grpc.callers; or
                      set mcp.grpc.insecure (MCP_GRPC_INSECURE) to true, where the network alone shall guard it"""
                    + (settings.internal().certificates()
                            ? ".\nserver.tls.client-auth guards nothing while server.tls.enabled is false" : ""));
        }
    }

    /** A certificate that nobody verifies, or that any public authority may have signed, proves nothing. */
    private static void mustVerify(TlsConfig tls) {
        if (tls.trustAll()) {
            throw new StartException("server.tls.trust-all: true is not allowed beside server.tls.client-auth; give"
                    + " the authorities of the callers in server.tls.trust.pem.certificates.resource.path");
        }
        if (tls.trust().isEmpty()) {
            throw new StartException("server.tls.trust.pem.certificates.resource.path"
                    + " (SERVER_TLS_TRUST_PEM_CERTIFICATES_RESOURCE_PATH) is missing: without it server.tls.client-auth"
                    + " accepts certificates of every public authority; give a PEM file of those that callers have");
        }
    }
}
