package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.auth.AuthResult;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.limit.ByteBudget;
import io.mcpsession.mcp.Conversation;
import io.mcpsession.mcp.Era;
import io.mcpsession.mcp.RoutingHeaders;
import io.mcpsession.session.Arrival;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.StoreAllowance;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The MCP endpoint. The path of a request reads top to bottom; every failure leaves it sideways. */
public final class McpEndpoint implements HttpService {

    public static final String PATH = "/api/mcp";

    private static final String ALLOWED = "GET, POST, DELETE, OPTIONS";

    private final OriginRules origins;
    private final Callers callers;
    private final TokenWatch tokens;
    private final RequestBody bodies;
    private final Sessions sessions;
    private final boolean conversations;
    private final SessionEra sessionEra;
    private final StatelessEra statelessEra;
    private final ServerStreams serverStreams;
    private final RequestSpans spans;
    private final Duration storePatience;

    /**
     * @param storePatience longest that one request waits for the store, its handler apart
     * @param memory        of all bodies together
     */
    public McpEndpoint(EndpointConfig config, Callers callers, TokenWatch tokens, Sessions sessions, SessionEra sessionEra,
                       StatelessEra statelessEra, ServerStreams serverStreams, RequestSpans spans, Duration storePatience,
                       ByteBudget memory) {
        this.origins = new OriginRules(config.allowedOrigins(), config.loopbackOnly());
        this.callers = callers;
        this.tokens = tokens;
        this.bodies = new RequestBody(config.maxBodyBytes(), config.maxBodyValues(), config.bodyPatience(), memory);
        this.sessions = sessions;
        this.conversations = config.conversations();
        this.sessionEra = sessionEra;
        this.statelessEra = statelessEra;
        this.serverStreams = serverStreams;
        this.spans = spans;
        this.storePatience = storePatience;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.post(PATH, bounded(this::post))
                .get(PATH, bounded(this::get))
                .delete(PATH, bounded(this::delete))
                .options(PATH, this::options)
                .any(PATH, McpEndpoint::otherMethod);
    }

    private Handler bounded(BiConsumer<ServerRequest, ServerResponse> path) {
        return (request, response) -> {
            response.beforeSend(ClientPresence.current()::require);
            StoreAllowance.grant(storePatience, () -> path.accept(request, response));
        };
    }

    private void post(ServerRequest request, ServerResponse response) {
        Optional<JsonValue> id = Optional.empty();
        try {
            AuthResult.Accepted caller = admit(request, response);
            Recipient recipient = recipient(caller, request, response);
            try (CallerShares.Place _ = recipient.request();
                 ByteBudget.Share held = bodies.memory(caller.principal())) {
                Body body = bodies.read(request, held);
                id = idOf(body);
                serve(caller, body, request, recipient);
            }
        } catch (RuntimeException failure) {
            HttpErrors.send(response, failure, id);
        }
    }

    private static Optional<JsonValue> idOf(Body body) {
        return body instanceof Body.Single(Message.Request asked) ? Optional.of(asked.id()) : Optional.empty();
    }

    private void serve(AuthResult.Accepted caller, Body body, ServerRequest request, Recipient recipient) {
        switch (body) {
            case Body.Single(Message.Request asked) -> watched(caller, asked, request, recipient);
            case Body.Single(Message message) -> accept(caller.principal(), message, request, recipient.response());
            case Body.Batch(List<Message> messages) -> batch(caller, messages, request, recipient);
        }
    }

    private void watched(AuthResult.Accepted caller, Message.Request asked, ServerRequest request,
                         Recipient recipient) {
        try (RequestSpans.Answering span = spans.begin(asked)) {
            try {
                callers.permit(caller, asked, request);
                answer(caller, asked, request, recipient);
            } catch (RuntimeException failure) {
                span.failed(failure);
                throw failure;
            }
        }
    }

    private void answer(AuthResult.Accepted accepted, Message.Request asked, ServerRequest request,
                        Recipient recipient) {
        Principal caller = accepted.principal();
        Optional<String> conversation = conversation(accepted, asked, request);
        switch (Era.of(asked, McpHeaders.routing(request.headers()))) {
            case Era.Stateless era -> statelessEra.answer(caller, conversation, era, asked, recipient);
            case Era.WithSessions _ when asked.method().equals(Era.INITIALIZE) ->
                    sessionEra.open(caller, asked, recipient);
            case Era.WithSessions(String version) -> sessionEra.answer(new Arrival(caller,
                            McpHeaders.sessionId(request.headers()), conversation),
                    version, asked, recipient);
            case Era.Refused(RpcError error) -> throw new Refusal(Status.BAD_REQUEST_400, List.of(), error,
                    Optional.of(asked.id()));
        }
    }

    /**
     * What the client calls the conversation this belongs to. A hint within one user, never an authority, so it means
     * nothing where all callers are one user.
     */
    private Optional<String> conversation(AuthResult.Accepted caller, Message.Request asked, ServerRequest request) {
        return conversations && !caller.anonymous()
                ? Conversation.of(asked).or(() -> request.headers().first(McpHeaders.CONVERSATION))
                        .filter(name -> !name.isBlank())
                : Optional.empty();
    }

    /** A notification or a response. The stateless era has none over HTTP, and takes them all the same. */
    private void accept(Principal caller, Message message, ServerRequest request, ServerResponse response) {
        if (Era.claimsStateless(message)) {
            Replies.empty(response, Status.ACCEPTED_202);
            return;
        }
        switch (Era.ofHeader(McpHeaders.routing(request.headers()))) {
            case Era.Stateless _ -> Replies.empty(response, Status.ACCEPTED_202);
            case Era.WithSessions _ -> sessionEra.accept(
                    new Arrival(caller, McpHeaders.sessionId(request.headers())), message, response);
            case Era.Refused(RpcError error) -> throw new Refusal(Status.BAD_REQUEST_400, List.of(), error,
                    Optional.empty());
        }
    }

    private void batch(AuthResult.Accepted caller, List<Message> messages, ServerRequest request,
                       Recipient recipient) {
        for (Message message : messages) {
            if (message instanceof Message.Request asked) {
                callers.permit(caller, asked, request);
            }
        }
        RoutingHeaders headers = McpHeaders.routing(request.headers());
        if (messages.stream().noneMatch(Era::claimsStateless)
                && Era.ofHeader(headers) instanceof Era.WithSessions(String version)) {
            sessionEra.batch(new Arrival(caller.principal(), McpHeaders.sessionId(request.headers())), version, messages, recipient);
            return;
        }
        throw new Refusal(Status.BAD_REQUEST_400, RpcError.INVALID_REQUEST,
                "Invalid Request: this revision knows no batches");
    }

    private void get(ServerRequest request, ServerResponse response) {
        try {
            AuthResult.Accepted caller = admit(request, response);
            refuseStateless(request.headers());
            Recipient recipient = recipient(caller, request, response);
            try (CallerShares.Place _ = recipient.request()) {
                recipient.accepts().requireStream();
                Session session = sessions.own(caller.principal(), requiredSessionId(request.headers()))
                        .orElseThrow(() -> HttpErrors.sessionNotFound(Optional.empty()));
                Replies.inSession(response, session);
                serverStreams.serve(session, request.headers().first(McpHeaders.LAST_EVENT_ID), recipient);
            }
        } catch (RuntimeException failure) {
            HttpErrors.send(response, failure, Optional.empty());
        }
    }

    private void delete(ServerRequest request, ServerResponse response) {
        try {
            Principal caller = admit(request, response).principal();
            refuseStateless(request.headers());
            if (!sessions.endOwn(caller, requiredSessionId(request.headers()))) {
                throw HttpErrors.sessionNotFound(Optional.empty());
            }
            Replies.empty(response, Status.NO_CONTENT_204);
        } catch (RuntimeException failure) {
            HttpErrors.send(response, failure, Optional.empty());
        }
    }

    private void options(ServerRequest request, ServerResponse response) {
        try {
            origins.check(request.headers());
            Cors.allow(request.headers(), response);
            Cors.preflight(request.headers(), response);
            response.header(HeaderValues.create(HeaderNames.ALLOW, ALLOWED));
            Replies.empty(response, Status.NO_CONTENT_204);
        } catch (RuntimeException failure) {
            HttpErrors.send(response, failure, Optional.empty());
        }
    }

    private static void otherMethod(ServerRequest request, ServerResponse response) {
        HttpErrors.send(response, methodNotAllowed(ALLOWED), Optional.empty());
    }

    private Recipient recipient(AuthResult.Accepted caller, ServerRequest request, ServerResponse response) {
        return Recipient.of(response, Accepts.of(request.headers()),
                tokens.held(request.headers().first(HeaderNames.AUTHORIZATION), caller.principal()),
                callers.share(caller, request));
    }

    private AuthResult.Accepted admit(ServerRequest request, ServerResponse response) {
        origins.check(request.headers());
        Cors.allow(request.headers(), response);
        return callers.of(request);
    }

    /** The stateless era has POST alone (2026-07-28, Streamable HTTP). */
    private static void refuseStateless(ServerRequestHeaders headers) {
        if (Era.ofHeader(McpHeaders.routing(headers)) instanceof Era.Stateless) {
            throw methodNotAllowed("POST, OPTIONS");
        }
    }

    private static String requiredSessionId(ServerRequestHeaders headers) {
        return McpHeaders.sessionId(headers).orElseThrow(() -> new Refusal(Status.BAD_REQUEST_400,
                RpcError.INVALID_REQUEST, "Bad Request: Mcp-Session-Id is required"));
    }

    private static Refusal methodNotAllowed(String allowed) {
        return new Refusal(Status.METHOD_NOT_ALLOWED_405, RpcError.INVALID_REQUEST,
                "Method Not Allowed: this takes " + allowed, HeaderValues.create(HeaderNames.ALLOW, allowed));
    }
}
