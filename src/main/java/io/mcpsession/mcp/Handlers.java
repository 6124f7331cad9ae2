package io.mcpsession.mcp;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.handler.Completion;
import io.mcpsession.handler.Prompt;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceContents;
import io.mcpsession.handler.ResourceNotFoundException;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolException;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.session.StoreAllowance;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Runs the handlers: what both eras have in common between a request's params and its result. A handler may run for
 * minutes, so the time it waits for the store is its own.
 */
final class Handlers {

    private final Catalogue catalogue;
    private final ToolLimits limits;

    Handlers(Catalogue catalogue, ToolLimits limits) {
        this.catalogue = catalogue;
        this.limits = limits;
    }

    JsonObject callTool(CallInProgress call, JsonObject params) {
        Tool tool = named("tool", text(params, "name"), catalogue::tool);
        try {
            // Clients leave arguments out where a tool takes none.
            Arguments arguments = new Arguments(object(params, "arguments"));
            if (!tool.passesRoundsOn()) {
                call.checkRound();
            }
            return limits.run(call, tool.description().name(),
                    () -> StoreAllowance.apart(() -> tool.call(call, arguments))).json();
        } catch (ToolException | ClientRefusedException e) {
            return ToolResult.failure(e.getMessage()).json();
        }
    }

    /**
     * @throws ResourceNotFoundException when no resource and no template has this URI
     */
    JsonObject readResource(CallInProgress call, JsonObject params) {
        String uri = uri(params);
        JsonArrayBuilder contents = Json.array();
        StoreAllowance.apart(() -> read(call, uri)).forEach(part -> contents.add(part.json()));
        return Json.object().add("contents", contents).build();
    }

    /** Two servers behind this one may offer one URI, and only one of them have it. */
    private List<ResourceContents> read(CallInProgress call, String uri) {
        RuntimeException missing = new ResourceNotFoundException(uri);
        RuntimeException failure = missing;
        for (Catalogue.ReadableResource candidate : catalogue.readable(uri)) {
            if (!candidate.passesRoundsOn()) {
                call.checkRound();
            }
            try {
                return candidate.read().apply(call);
            } catch (ResourceNotFoundException e) {
                continue;
            } catch (RpcException e) {
                failure = failure == missing ? e : failure;
            }
        }
        throw failure;
    }

    JsonObject getPrompt(CallInProgress call, JsonObject params) {
        Prompt prompt = named("prompt", text(params, "name"), catalogue::prompt);
        Map<String, String> arguments = texts(object(params, "arguments"));
        for (Prompt.Argument argument : prompt.description().arguments()) {
            if (!argument.required() && prompt.emptyIsAbsent()) {
                arguments.remove(argument.name(), "");
            }
            if (argument.required() && !arguments.containsKey(argument.name())) {
                throw RpcException.invalidParams("Missing argument: " + argument.name());
            }
        }
        if (!prompt.passesRoundsOn()) {
            call.checkRound();
        }
        return StoreAllowance.apart(() -> prompt.get(call, arguments)).json();
    }

    JsonObject complete(Call call, JsonObject params) {
        JsonObject ref = object(params, "ref");
        JsonObject argument = object(params, "argument");
        String name = text(argument, "name");
        String value = text(argument, "value");
        Map<String, String> context = texts(object(object(params, "context"), "arguments"));
        Completion completion = StoreAllowance.apart(() -> switch (text(ref, "type")) {
            case "ref/prompt" -> named("prompt", text(ref, "name"), catalogue::prompt)
                    .complete(call, name, value, context);
            case "ref/resource" -> named("resource template", uri(ref), catalogue::templateNamed)
                    .complete(call, name, value, context);
            default -> throw RpcException.invalidParams("ref.type must be ref/prompt or ref/resource");
        });
        JsonObjectBuilder json = Json.object().add("values", Json.strings(completion.values()));
        completion.total().ifPresent(total -> json.add("total", total));
        return Json.object().add("completion", json.add("hasMore", completion.more())).build();
    }

    static String text(JsonObject params, String name) {
        if (params.get(name) instanceof JsonString text) {
            return text.getString();
        }
        throw RpcException.invalidParams(name + " must be a string");
    }

    /** The time it takes to find a resource grows with the length of its URI. */
    static String uri(JsonObject params) {
        String uri = text(params, "uri");
        if (uri.length() > Resource.LONGEST_URI) {
            throw RpcException.invalidParams("uri must have at most " + Resource.LONGEST_URI + " characters");
        }
        return uri;
    }

    private static <T> T named(String kind, String name, Function<String, Optional<T>> all) {
        return all.apply(name).orElseThrow(() -> RpcException.unknown(kind, name));
    }

    /** Clients whose models fill in every member send null for what they leave out. */
    static JsonObject object(JsonObject params, String name) {
        JsonValue value = params.getOrDefault(name, JsonValue.NULL);
        if (value instanceof JsonObject object) {
            return object;
        }
        if (value == JsonValue.NULL) {
            return JsonValue.EMPTY_JSON_OBJECT;
        }
        throw RpcException.invalidParams(name + " must be an object");
    }

    private static Map<String, String> texts(JsonObject object) {
        Map<String, String> texts = new HashMap<>();
        object.forEach((name, value) -> {
            if (value != JsonValue.NULL) {
                texts.put(name, text(object, name));
            }
        });
        return texts;
    }
}
