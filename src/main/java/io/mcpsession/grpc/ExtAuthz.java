package io.mcpsession.grpc;

import com.google.rpc.Code;
import io.grpc.stub.StreamObserver;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.Scopes;
import io.mcpsession.auth.TooManyUnknownTokensException;
import io.mcpsession.auth.UncheckableTokenException;
import io.mcpsession.envoy.AuthorizationGrpc;
import io.mcpsession.envoy.CheckRequest;
import io.mcpsession.envoy.CheckResponse;
import io.mcpsession.envoy.StatusCode;
import io.mcpsession.session.Arrival;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Resumption;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionLimitException;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.StoreUnavailableException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code envoy.service.auth.v3.Authorization}: a sidecar asks whether a request may go on, and needs no code for it.
 *
 * <p>A route says what it wants by context extensions: {@code require_session} (true: 400 without an id, false: any call
 * goes on without one; by the policy when left out), {@code touch} (none, if_stale, always), {@code required_scope},
 * {@code audience}, {@code jwt_payload} (which verified payload, where there are several), {@code strip_authorization},
 * {@code resource_metadata}.
 *
 * <p>What goes on with a session id has had that id checked, and its answer carries the id, or the one that the service
 * behind says instead. Where none was, as for calls of the stateless era and for {@code initialize}, the header is removed.
 * A CORS preflight goes on without an identity: the service behind answers it.
 */
final class ExtAuthz extends AuthorizationGrpc.AuthorizationImplBase {

    private static final int INVALID_REQUEST = -32600;
    private static final int SESSION_ID_REQUIRED = -32000;
    private static final int SESSION_NOT_FOUND = -32001;
    private static final int STORE_UNAVAILABLE = -32003;
    private static final int SESSION_LIMIT = -32004;
    private static final int ISSUER_UNAVAILABLE = -32005;
    private static final int TOO_MANY_REQUESTS = -32006;

    private final Sessions sessions;
    private final Validation validation;
    private final Authenticator authenticator;
    private final McpCall.Reader bodies;
    private final ExtAuthzSettings settings;
    private final InstantSource clock;

    ExtAuthz(Sessions sessions, Validation validation, Authenticator authenticator, McpCall.Reader bodies, ExtAuthzSettings settings, InstantSource clock) {
        this.sessions = sessions;
        this.validation = validation;
        this.authenticator = authenticator;
        this.bodies = bodies;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public void check(CheckRequest asked, StreamObserver<CheckResponse> reply) {
        reply.onNext(answer(new EnvoyRequest(asked.getAttributes())));
        reply.onCompleted();
    }

    private CheckResponse answer(EnvoyRequest request) {
        if (request.isPreflight()) {
            return EnvoyReply.sessionless(request);
        }
        try {
            return switch (EnvoyIdentity.of(request, authenticator)) {
                case EnvoyIdentity.Known known -> permitted(request, known);
                case EnvoyIdentity.Unknown(Optional<String> problem) -> unauthenticated(request, problem);
            };
        } catch (SessionLimitException e) {
            return EnvoyReply.denied(Code.RESOURCE_EXHAUSTED, switch (e.scope()) {
                case USER -> StatusCode.TooManyRequests;
                case TOTAL -> StatusCode.ServiceUnavailable;
            }, SESSION_LIMIT, "Too many sessions: " + e.getMessage(), Map.of("retry-after", "60"));
        } catch (StoreUnavailableException e) {
            if (!settings.errorResponse()) {
                throw e;
            }
            return unavailable(STORE_UNAVAILABLE, "the session store gives no answer");
        } catch (TooManyUnknownTokensException e) {
            return EnvoyReply.denied(Code.RESOURCE_EXHAUSTED, StatusCode.TooManyRequests, TOO_MANY_REQUESTS,
                    "Too Many Requests: " + e.getMessage(), Map.of("retry-after", "1"));
        } catch (UncheckableTokenException e) {
            if (!settings.errorResponse()) {
                throw e;
            }
            return unavailable(ISSUER_UNAVAILABLE, e.getMessage());
        }
    }

    private CheckResponse permitted(EnvoyRequest request, EnvoyIdentity.Known known) {
        List<String> route = request.words("required_scope").stream().sorted().toList();
        boolean covered = known.caller().anonymous()
                ? route.isEmpty()
                : known.caller().scopes().cover(Scopes.union(settings.scopes(), route));
        if (covered) {
            return authorized(request, known);
        }
        return known.caller().anonymous() ? unauthenticated(request, Optional.empty()) : scopeMissing(request, route);
    }

    private CheckResponse authorized(EnvoyRequest request, EnvoyIdentity.Known caller) {
        if (request.isStateless()) {
            return EnvoyReply.sessionless(request);
        }
        if (!request.hasOneSessionIdAtMost()) {
            return EnvoyReply.denied(Code.INVALID_ARGUMENT, StatusCode.BadRequest, INVALID_REQUEST,
                    "Bad Request: Mcp-Session-Id must be sent once, as visible ASCII without commas", Map.of());
        }
        McpCall call = request.call(bodies);
        if (call.needsNoSession()) {
            return EnvoyReply.sessionless(request);
        }
        return request.sessionId()
                .map(id -> inSession(request, call, caller, id))
                .orElseGet(() -> withoutId(request, caller, call));
    }

    private CheckResponse inSession(EnvoyRequest request, McpCall call, EnvoyIdentity.Known caller, String id) {
        Optional<Verdict> verdict = validation.judge(id, caller.principal(), request.touch());
        return verdict.isPresent() && verdict.get() instanceof Verdict.Active(Session session)
                ? EnvoyReply.active(request, call, caller, session, clock.instant())
                : notFound();
    }

    /** A legacy call that names no session. */
    private CheckResponse withoutId(EnvoyRequest request, EnvoyIdentity.Known caller, McpCall call) {
        Optional<String> conversation = conversation(caller, call);
        Optional<String> required = request.extension("require_session");
        if (conversation.isEmpty()) {
            if (required.filter("true"::equals).isPresent()) {
                return idRequired();
            }
            // What cannot be told from initialize must get through, or no session would ever begin.
            if (required.isPresent() || call.method().isEmpty()) {
                return EnvoyReply.sessionless(request);
            }
        }
        Opening opening = new Opening(request.protocolVersion(), ClientInfo.UNKNOWN);
        return switch (sessions.resume(new Arrival(caller.principal(), Optional.empty(), conversation), opening)) {
            case Resumption.Served(Session session) ->
                    EnvoyReply.active(request, call, caller, session, clock.instant());
            case Resumption.Sessionless _ -> EnvoyReply.sessionless(request);
            case Resumption.NotFound _ -> notFound();
            case Resumption.IdRequired _ -> idRequired();
        };
    }

    /**
     * What the client calls the conversation. A hint within one user, so it means nothing where all callers are one
     * user.
     */
    private Optional<String> conversation(EnvoyIdentity.Known known, McpCall call) {
        return settings.conversations() && !known.caller().anonymous()
                ? call.conversation().filter(name -> !name.isBlank())
                : Optional.empty();
    }

    private static CheckResponse unavailable(int error, String problem) {
        return EnvoyReply.failed(Code.UNAVAILABLE, StatusCode.ServiceUnavailable, error,
                "Service Unavailable: " + problem, Map.of("retry-after", "1"));
    }

    /** One answer for every id that is not a live session of the caller: a guess must not be confirmed. */
    private static CheckResponse notFound() {
        return EnvoyReply.denied(Code.NOT_FOUND, StatusCode.NotFound, SESSION_NOT_FOUND, "Session not found", Map.of());
    }

    private static CheckResponse idRequired() {
        return EnvoyReply.denied(Code.INVALID_ARGUMENT, StatusCode.BadRequest, SESSION_ID_REQUIRED,
                "Bad Request: Mcp-Session-Id header is required", Map.of());
    }

    private CheckResponse unauthenticated(EnvoyRequest request, Optional<String> problem) {
        String challenge = challenge(request, problem.map(text ->
                ", error=\"invalid_token\", error_description=\"" + text + "\"").orElse(""));
        return EnvoyReply.denied(Code.UNAUTHENTICATED, StatusCode.Unauthorized, INVALID_REQUEST,
                "Unauthorized: " + problem.orElse("a bearer token is required"),
                Map.of("www-authenticate", challenge));
    }

    private CheckResponse scopeMissing(EnvoyRequest request, List<String> route) {
        String scopes = String.join(" ", Scopes.union(settings.scopes(), route));
        return EnvoyReply.denied(Code.PERMISSION_DENIED, StatusCode.Forbidden, INVALID_REQUEST,
                "Forbidden: the token lacks a scope",
                Map.of("www-authenticate",
                        challenge(request, ", error=\"insufficient_scope\", scope=\"" + scopes + "\"")));
    }

    private String challenge(EnvoyRequest request, String error) {
        return "Bearer realm=\"mcp\""
                + request.extension("resource_metadata").or(settings::resourceMetadata)
                        .map(url -> ", resource_metadata=\"" + url + "\"").orElse("")
                + error;
    }
}
