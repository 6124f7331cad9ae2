package io.mcpsession.mcp;

import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SigningKeys;
import io.mcpsession.session.StoreUnavailableException;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** The methods of the stateless era, but for {@code subscriptions/listen}, which is a stream. */
public final class StatelessMethods {

    public static final String LISTEN = "subscriptions/listen";

    /** How long a client may take to answer the questions of one round. */
    private static final Duration ROUND = Duration.ofMinutes(10);
    private static final int CACHE_MILLIS = 60_000;
    private static final String STATE = "requestState";

    private final Listings lists;
    private final Handlers handlers;
    /** By the names of the tools that have any. */
    private final Map<String, MirroredArguments> mirrored = new HashMap<>();
    private final RequestStates states;
    private final JsonObject discovery;
    private final JsonObject complete;
    /** What a resource says may depend on who reads it, and when. */
    private final JsonObject uncacheable;

    public StatelessMethods(ServerInfo server, Catalogue catalogue, int pageSize, SigningKeys keys,
                            InstantSource clock) {
        JsonObject meta = Json.object().add(Meta.SERVER_INFO, server.json()).build();
        this.complete = Json.object().add("resultType", "complete").add(Meta.META, meta).build();
        // Every caller sees the same lists, so a shared cache may keep them.
        JsonObject cacheable = Json.object(complete).add("ttlMs", CACHE_MILLIS).add("cacheScope", "public").build();
        this.uncacheable = Json.object(complete).add("ttlMs", 0).add("cacheScope", "private").build();
        this.lists = Listings.of(catalogue.offering(), pageSize, cacheable);
        this.handlers = new Handlers(catalogue);
        catalogue.offering().tools().stream().map(Tool::description).forEach(tool -> {
            MirroredArguments arguments = new MirroredArguments(tool);
            if (!arguments.isEmpty()) {
                mirrored.put(tool.name(), arguments);
            }
        });
        this.states = new RequestStates(keys, clock, ROUND);
        this.discovery = Json.object(cacheable)
                .add("supportedVersions", Json.strings(ProtocolVersion.STATELESS_ERA))
                .add("capabilities", Capabilities.of(catalogue.offering()))
                .add("instructions", server.instructions())
                .build();
    }

    /**
     * What earlier rounds of this call have answered.
     *
     * @throws RpcException when the state the client presents is not good
     */
    public Map<String, JsonObject> earlierAnswers(Principal principal, Message.Request request) {
        JsonValue state = request.params().get(STATE);
        if (state == null) {
            return Map.of();
        }
        if (state instanceof JsonString text) {
            return states.open(principal, request, text.getString());
        }
        throw RpcException.invalidParams("requestState must be a string");
    }

    /**
     * @return the result
     * @throws RpcException when the answer is an error
     */
    public JsonObject answer(StatelessCall call, Message.Request request) {
        JsonObject params = request.params();
        try {
            return switch (request.method()) {
                case "server/discover" -> discovery;
                case "tools/list" -> lists.tools().page(params);
                case "tools/call" -> completed(callTool(call, params), complete);
                case "resources/list" -> lists.resources().page(params);
                case "resources/templates/list" -> lists.templates().page(params);
                case "resources/read" -> completed(handlers.readResource(call, params), uncacheable);
                case "prompts/list" -> lists.prompts().page(params);
                case "prompts/get" -> completed(handlers.getPrompt(call, params), complete);
                case "completion/complete" -> completed(handlers.complete(params), complete);
                default -> throw RpcException.methodNotFound(request.method());
            };
        } catch (InputRequiredException e) {
            return inputRequired(call, request, e);
        } catch (ResourceNotFoundException e) {
            throw new RpcException(McpErrors.resourceNotFound(RpcError.INVALID_PARAMS, e.uri()));
        } catch (MissingCapabilityException e) {
            throw new RpcException(McpErrors.missingCapability(e.capability()));
        }
    }

    private void checkHeaders(StatelessCall call, JsonObject params) {
        MirroredArguments arguments = mirrored.get(Handlers.text(params, "name"));
        if (arguments != null) {
            arguments.check(Handlers.object(params, "arguments"), call.headers());
        }
    }

    /** This era works without the store but for what a tool keeps in it, so that is for the model to hear. */
    private JsonObject callTool(StatelessCall call, JsonObject params) {
        checkHeaders(call, params);
        try {
            return handlers.callTool(call, params);
        } catch (StoreUnavailableException e) {
            return ToolResult.failure("What this tool keeps cannot be reached at the moment; try again in a few"
                    + " seconds.").json();
        }
    }

    private static JsonObject completed(JsonObject result, JsonObject frame) {
        return Json.object(result).addAll(Json.object(frame)).build();
    }

    private JsonObject inputRequired(StatelessCall call, Message.Request request, InputRequiredException round) {
        JsonObjectBuilder questions = Json.object();
        round.questions().forEach((key, question) -> questions.add(key, Json.object()
                .add("method", question.method())
                .add("params", question.params())));
        return Json.object(complete)
                .add("resultType", "input_required")
                .add("inputRequests", questions)
                .add(STATE, states.seal(call.principal(), request, round.answers()))
                .build();
    }
}
