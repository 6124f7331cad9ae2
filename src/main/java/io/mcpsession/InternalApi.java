package io.mcpsession;

import io.mcpsession.auth.Authenticator;
import io.mcpsession.grpc.ExtAuthzSettings;
import io.mcpsession.grpc.GrpcApi;
import io.mcpsession.grpc.GrpcCalls;
import io.mcpsession.grpc.GrpcHealth;
import io.mcpsession.http.ResourceMetadata;
import io.mcpsession.relay.SessionFeed;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.TrustedSessions;
import io.mcpsession.settings.Settings;
import io.mcpsession.tracing.Tracing;
import java.time.InstantSource;

/** What the internal socket serves, and to whom. */
record InternalApi(Settings settings, Sessions sessions, TrustedSessions trusted, SessionIds ids, InstantSource clock,
                   Tracing tracing) {

    GrpcApi api(Authenticator authenticator, GrpcHealth health, GrpcCalls calls, SessionFeed feed) {
        GrpcApi api = new GrpcApi(sessions, trusted, ids, settings.session(), clock, health, feed, calls)
                .answeringEnvoy(authenticator, new PeekedCalls(), new ExtAuthzSettings(
                        settings.endpoint().conversations(), settings.auth().scopes(),
                        ResourceMetadata.url(settings.auth()), settings.envoyErrorResponse()))
                .calledBy(settings.internal().callers())
                .waitingAtMost(settings.redis().timeout());
        tracing.grpc().ifPresent(api::watchedBy);
        return settings.reflection() ? api.describingItself() : api;
    }

    /**
     * Whoever reaches the socket may open and end sessions of anybody, so somebody must have thought of who that is.
     *
     * @throws StartException when nobody has
     */
    static void mustBeGuarded(Settings settings) {
        if (settings.redisMode() != Settings.RedisMode.EMBEDDED && !settings.internal().isThoughtOf()) {
            throw new StartException("""
                    The internal socket would be open to anybody who reaches it. Do one of these:
                      set server.tls.client-auth to required, with certificates under server.tls
                      list services with tokens under mcp.grpc.callers
                      set mcp.grpc.insecure (MCP_GRPC_INSECURE) to true, where the network alone shall guard it""");
        }
    }
}
