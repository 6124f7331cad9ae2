package io.mcpsession.mcp;

import io.mcpsession.handler.ResourceNotFoundException;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.schema.RevisionSchema;
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
import java.util.function.Supplier;

/** The methods of the stateless era, but for {@code subscriptions/listen}, which is a stream. */
public final class StatelessMethods {

    public static final String LISTEN = "subscriptions/listen";

    /** How long a client may take to answer the questions of one round. */
    private static final Duration ROUND = Duration.ofMinutes(10);
    private static final int CACHE_MILLIS = 60_000;

    private final Supplier<Listings> lists;
    private final Supplier<Handlers> handlers;
    /** By the names of the tools that have any. */
    private final Supplier<Map<String, MirroredArguments>> mirrored;
    private final RequestStates states;
    private final Supplier<JsonObject> discovery;
    private final JsonObject complete;
    /** What a resource says may depend on who reads it, and when. */
    private final JsonObject uncacheable;

    public StatelessMethods(ServerInfo server, LiveCatalogue catalogue, ToolLimits limits, int pageSize, SigningKeys keys,
                            InstantSource clock) {
        JsonObject meta = Json.object().add(Meta.SERVER_INFO, server.json()).build();
        this.complete = Json.object().add("resultType", "complete").add(Meta.META, meta).build();
        // Every caller sees the same lists, so a shared cache may keep them.
        JsonObject cacheable = Json.object(complete).add("ttlMs", CACHE_MILLIS).add("cacheScope", "public").build();
        this.uncacheable = Json.object(complete).add("ttlMs", 0).add("cacheScope", "private").build();
        this.lists = catalogue.derived(now -> Listings.of(now, RevisionSchema.ofStateless(), pageSize, cacheable));
        this.handlers = catalogue.derived(now -> new Handlers(now, limits));
        this.mirrored = catalogue.derived(StatelessMethods::mirrored);
        this.states = new RequestStates(keys, clock, ROUND);
        this.discovery = catalogue.derived(now -> Json.object(cacheable)
                .add("supportedVersions", Json.strings(ProtocolVersion.STATELESS_ERA))
                .add("capabilities", Capabilities.of(now))
                .add("instructions", server.instructions(now))
                .build());
    }

    private static Map<String, MirroredArguments> mirrored(Catalogue catalogue) {
        Map<String, MirroredArguments> all = new HashMap<>();
        catalogue.offering().tools().stream().map(Tool::description).forEach(tool -> {
            MirroredArguments arguments = new MirroredArguments(tool);
            if (!arguments.isEmpty()) {
                all.put(tool.name(), arguments);
            }
        });
        return all;
    }

    /**
     * What earlier rounds of this call have answered.
     *
     * @throws RpcException when the state the client presents is not good
     */
    public Map<String, JsonObject> earlierAnswers(Principal principal, Message.Request request) {
        JsonValue state = request.params().get(InputRounds.STATE);
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
                case "server/discover" -> discovery.get();
                case "tools/list" -> lists.get().tools().page(params);
                case "tools/call" -> completed(callTool(call, params), complete);
                case "resources/list" -> lists.get().resources().page(params);
                case "resources/templates/list" -> lists.get().templates().page(params);
                case "resources/read" -> completed(handlers.get().readResource(call, params), uncacheable);
                case "prompts/list" -> lists.get().prompts().page(params);
                case "prompts/get" -> completed(handlers.get().getPrompt(call, params), complete);
                case "completion/complete" -> completed(handlers.get().complete(call, params), complete);
                default -> throw RpcException.methodNotFound(request.method());
            };
        } catch (InputRequiredException e) {
            return inputRequired(call, request, e);
        } catch (InputRelayedException e) {
            return Json.object(completed(e.result(), complete)).add(InputRounds.RESULT_TYPE, InputRounds.INPUT_REQUIRED)
                    .build();
        } catch (ResourceNotFoundException e) {
            throw new RpcException(McpErrors.resourceNotFound(RpcError.INVALID_PARAMS, e.uri()));
        } catch (MissingCapabilityException e) {
            throw new RpcException(McpErrors.missingCapability(e.capability()));
        }
    }

    private void checkHeaders(StatelessCall call, JsonObject params) {
        MirroredArguments arguments = mirrored.get().get(Handlers.text(params, "name"));
        if (arguments != null) {
            arguments.check(Handlers.object(params, "arguments"), call.headers());
        }
    }

    /** This era works without the store but for what a tool keeps in it, so that is for the model to hear. */
    private JsonObject callTool(StatelessCall call, JsonObject params) {
        checkHeaders(call, params);
        try {
            return handlers.get().callTool(call, params);
        } catch (StoreUnavailableException e) {
            return ToolResult.failure("What this tool keeps cannot be reached at the moment; try again in a few"
                    + " seconds.").json();
        }
    }

    private static JsonObject completed(JsonObject result, JsonObject frame) {
        JsonObjectBuilder all = Json.object(result).addAll(Json.object(frame));
        if (result.containsKey(Meta.META)) {
            all.add(Meta.META, Json.object(Meta.of(result)).addAll(Json.object(Meta.of(frame))));
        }
        return all.build();
    }

    private JsonObject inputRequired(StatelessCall call, Message.Request request, InputRequiredException round) {
        JsonObjectBuilder questions = Json.object();
        round.questions().forEach((key, question) -> questions.add(key, Json.object()
                .add("method", question.method())
                .add("params", question.params())));
        return Json.object(complete)
                .add(InputRounds.RESULT_TYPE, InputRounds.INPUT_REQUIRED)
                .add(InputRounds.REQUESTS, questions)
                .add(InputRounds.STATE, states.seal(call.principal(), request, round.answers()))
                .build();
    }
}
