package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.auth.TokenAuthenticator;
import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.Call;
import io.mcpsession.mcp.Handshake;
import io.mcpsession.mcp.ProtocolVersion;
import io.mcpsession.mcp.SessionMethods;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Resumption;
import io.mcpsession.session.Session;
import io.mcpsession.session.Sessions;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/** The MCP endpoint. The path of a request reads top to bottom; every failure leaves it sideways. */
public final class McpEndpoint implements HttpService {

    public static final String PATH = "/api/mcp";

    private static final String ALLOWED = "POST, DELETE, OPTIONS";
    private static final String INITIALIZE = "initialize";

    private final OriginRules origins;
    private final Callers callers;
    private final RequestBody bodies;
    private final Sessions sessions;
    private final Handshake handshake;
    private final SessionMethods methods;

    public McpEndpoint(EndpointConfig config, TokenAuthenticator authenticator, Sessions sessions,
                       Handshake handshake, SessionMethods methods) {
        this.origins = new OriginRules(config.allowedOrigins(), config.loopbackOnly());
        this.callers = new Callers(authenticator);
        this.bodies = new RequestBody(config.maxBodyBytes());
        this.sessions = sessions;
        this.handshake = handshake;
        this.methods = methods;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.post(PATH, this::post)
                .delete(PATH, this::delete)
                .any(PATH, McpEndpoint::otherMethod);
    }

    private void post(ServerRequest request, ServerResponse response) {
        Optional<JsonValue> id = Optional.empty();
        try {
            origins.check(request.headers());
            Principal caller = callers.of(request.headers());
            Message message = single(bodies.read(request));
            if (message instanceof Message.Request asked) {
                id = Optional.of(asked.id());
            }
            String version = versionOf(request);
            Optional<String> sessionId = McpHeaders.sessionId(request.headers());
            switch (message) {
                case Message.Request asked when asked.method().equals(INITIALIZE) -> open(caller, asked, response);
                case Message.Request asked -> answer(caller, sessionId, version, asked, response);
                case Message.Notification _, Message.Response _ -> accept(caller, sessionId, response);
            }
        } catch (RuntimeException failure) {
            HttpErrors.send(response, HttpErrors.refusal(failure, id));
        }
    }

    private void open(Principal caller, Message.Request request, ServerResponse response) {
        Opening opening = handshake.opening(request.params());
        Session session = sessions.open(caller, opening);
        announce(session, response);
        Replies.json(response, JsonRpc.result(request.id(), handshake.result(opening)));
    }

    private void answer(Principal caller, Optional<String> sessionId, String version, Message.Request request,
                        ServerResponse response) {
        Session session = switch (sessions.resume(caller, sessionId, renewal(version))) {
            case Resumption.Continued(Session continued) -> continued;
            case Resumption.Renewed(Session renewed) -> {
                announce(renewed, response);
                yield renewed;
            }
            case Resumption.Gone _ -> throw sessionNotFound(Optional.of(request.id()));
        };
        Replies.json(response, reply(new Call(caller, session), request));
    }

    private JsonObject reply(Call call, Message.Request request) {
        try {
            return JsonRpc.result(request.id(), methods.answer(call, request));
        } catch (RpcException e) {
            return JsonRpc.error(Optional.of(request.id()), e.error());
        }
    }

    /** A notification or a response: nothing to serve, so nothing to open a session for. */
    private void accept(Principal caller, Optional<String> sessionId, ServerResponse response) {
        if (!sessions.acknowledge(caller, sessionId)) {
            throw sessionNotFound(Optional.empty());
        }
        Replies.empty(response, Status.ACCEPTED_202);
    }

    private void delete(ServerRequest request, ServerResponse response) {
        try {
            origins.check(request.headers());
            Principal caller = callers.of(request.headers());
            String sessionId = McpHeaders.sessionId(request.headers()).orElseThrow(() -> new Refusal(
                    Status.BAD_REQUEST_400, RpcError.INVALID_REQUEST, "Bad Request: Mcp-Session-Id is required"));
            if (!sessions.endOwn(caller, sessionId)) {
                throw sessionNotFound(Optional.empty());
            }
            Replies.empty(response, Status.NO_CONTENT_204);
        } catch (RuntimeException failure) {
            HttpErrors.send(response, HttpErrors.refusal(failure, Optional.empty()));
        }
    }

    private static void otherMethod(ServerRequest request, ServerResponse response) {
        response.header(HeaderValues.create(HeaderNames.ALLOW, ALLOWED));
        HttpErrors.send(response, new Refusal(Status.METHOD_NOT_ALLOWED_405, RpcError.INVALID_REQUEST,
                "Method Not Allowed: this endpoint takes " + ALLOWED));
    }

    private static Message single(Body body) {
        return switch (body) {
            case Body.Single(Message message) -> message;
            case Body.Batch _ -> throw new Refusal(Status.BAD_REQUEST_400, RpcError.INVALID_REQUEST,
                    "Invalid Request: batches are not served");
        };
    }

    /** The revision of the header; 2025-03-26 where there is none (2025-06-18, Transports, Protocol Version Header). */
    private static String versionOf(ServerRequest request) {
        String version = request.headers().first(McpHeaders.PROTOCOL_VERSION).orElse(ProtocolVersion.V2025_03_26);
        if (!ProtocolVersion.SESSION_ERA.contains(version)) {
            throw new Refusal(Status.BAD_REQUEST_400, RpcError.INVALID_REQUEST,
                    "Bad Request: MCP-Protocol-Version is not one of "
                            + String.join(", ", ProtocolVersion.SESSION_ERA));
        }
        return version;
    }

    private static Opening renewal(String version) {
        return new Opening(version, ClientInfo.UNKNOWN);
    }

    private static void announce(Session session, ServerResponse response) {
        response.header(McpHeaders.SESSION_ID, session.id().value());
    }

    private static Refusal sessionNotFound(Optional<JsonValue> id) {
        return new Refusal(Status.NOT_FOUND_404, List.of(),
                new RpcError(HttpErrors.SESSION_NOT_FOUND, "Session not found"), id);
    }
}
