package io.mcpsession.mcp;

import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.handler.LogLevel;
import io.mcpsession.handler.ResourceNotFoundException;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.schema.RevisionSchema;
import io.mcpsession.session.Session;
import io.mcpsession.session.Sessions;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.function.Supplier;

/** The methods of the session era, but for {@code initialize}, which makes the session the others run in. */
public final class SessionMethods {

    private final Supplier<Listings> lists;
    private final Supplier<Handlers> handlers;
    private final Sessions sessions;
    private final Subscriptions subscriptions;
    private final BridgedSessions bridged;

    public SessionMethods(LiveCatalogue catalogue, ToolLimits limits, int pageSize, Sessions sessions,
                          Subscriptions subscriptions, BridgedSessions bridged) {
        this.lists = catalogue.derived(now ->
                Listings.of(now, RevisionSchema.ofSessions(), pageSize, JsonValue.EMPTY_JSON_OBJECT));
        this.handlers = catalogue.derived(now -> new Handlers(now, limits));
        this.sessions = sessions;
        this.subscriptions = subscriptions;
        this.bridged = bridged;
    }

    /**
     * @return the result
     * @throws RpcException when the answer is an error
     */
    public JsonObject answer(SessionCall call, Message.Request request) {
        JsonObject params = request.params();
        try {
            return switch (request.method()) {
                case "ping" -> JsonValue.EMPTY_JSON_OBJECT;
                case "tools/list" -> lists.get().tools().page(params);
                case "tools/call" -> callTool(call, params);
                case "resources/list" -> lists.get().resources().page(params);
                case "resources/templates/list" -> lists.get().templates().page(params);
                case "resources/read" -> handlers.get().readResource(call, params);
                case "resources/subscribe" -> subscribe(call, params);
                case "resources/unsubscribe" -> unsubscribe(call, params);
                case "prompts/list" -> lists.get().prompts().page(params);
                case "prompts/get" -> handlers.get().getPrompt(call, params);
                case "completion/complete" -> handlers.get().complete(call, params);
                case "logging/setLevel" -> setLevel(call, params);
                default -> throw RpcException.methodNotFound(request.method());
            };
        } catch (InputRelayedException e) {
            return e.result();
        } catch (ResourceNotFoundException e) {
            throw new RpcException(McpErrors.resourceNotFound(McpErrors.RESOURCE_NOT_FOUND, e.uri()));
        } catch (MissingCapabilityException | ClientRefusedException e) {
            throw new RpcException(new RpcError(RpcError.INVALID_REQUEST, e.getMessage()));
        }
    }

    private JsonObject callTool(SessionCall call, JsonObject params) {
        try {
            return handlers.get().callTool(call, params);
        } catch (MissingCapabilityException e) {
            return ToolResult.failure("This tool needs to ask back, and the client did not declare the capability "
                    + e.capability() + ".").json();
        }
    }

    private JsonObject subscribe(SessionCall call, JsonObject params) {
        subscriptions.add(call, session(call), Handlers.uri(params));
        return JsonValue.EMPTY_JSON_OBJECT;
    }

    private JsonObject unsubscribe(SessionCall call, JsonObject params) {
        subscriptions.remove(call, session(call), Handlers.uri(params));
        return JsonValue.EMPTY_JSON_OBJECT;
    }

    private JsonObject setLevel(SessionCall call, JsonObject params) {
        LogLevel level = LogLevel.of(Handlers.text(params, "level"))
                .orElseThrow(() -> RpcException.invalidParams("Unknown log level"));
        sessions.change(session(call).id(), it -> it.with(Session.LOG_LEVEL, level.text()))
                .ifPresent(bridged::levelChanged);
        return JsonValue.EMPTY_JSON_OBJECT;
    }

    /** What a client says outside of calls, other than that it cancels one. */
    public void notified(Session session, String method) {
        if (method.equals("notifications/roots/list_changed")) {
            bridged.rootsChanged(session);
        }
    }

    private static Session session(SessionCall call) {
        return call.session().orElseThrow(() -> new RpcException(new RpcError(RpcError.INVALID_REQUEST,
                "This method works in a session; initialize first and send Mcp-Session-Id")));
    }
}
