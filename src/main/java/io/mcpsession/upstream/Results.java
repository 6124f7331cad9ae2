package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Content;
import io.mcpsession.handler.ResourceContents;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.mcp.schema.RevisionSchema;
import io.mcpsession.mcp.schema.RevisionSchema.Fitted;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Fits what one server answers into what the caller's revision can read. */
final class Results {

    private static final String CONTENT = "content";
    private static final String STRUCTURED = "structuredContent";

    private final String upstream;
    private final WarnOnce warnings;

    Results(String upstream, WarnOnce warnings) {
        this.upstream = upstream;
        this.warnings = warnings;
    }

    /**
     * @throws UpstreamException when nothing is left of what the tool answered
     */
    JsonObject ofTool(Call call, String tool, JsonObject result) {
        Fitted fitted = schema(call).toolResult(result);
        say("the result of tool", tool, fitted.findings());
        JsonObject read = fitted.value().orElse(JsonValue.EMPTY_JSON_OBJECT);
        if (!read.containsKey(STRUCTURED) && hasNoContent(read) && result.getOrDefault(STRUCTURED, JsonValue.NULL) != JsonValue.NULL) {
            // Clients with sessions know only objects here, but a value must not be lost to them.
            Optional<JsonObject> text = RevisionSchema.any(result.get(STRUCTURED)).map(value ->
                    Json.object(read).add(CONTENT, Json.array(List.of(Content.text(value.toString())))).build());
            if (text.isPresent()) {
                return text.get();
            }
        }
        if (hasNoContent(read) && !read.containsKey(STRUCTURED) && !fitted.findings().isEmpty()) {
            throw UpstreamException.unreadable(upstream, fitted.findings().getFirst());
        }
        return read.containsKey(CONTENT) ? read : Json.object(read).add(CONTENT, JsonValue.EMPTY_JSON_ARRAY).build();
    }

    /**
     * @throws UpstreamException when nothing is left of the prompt
     */
    JsonObject ofPrompt(Call call, String prompt, JsonObject result) {
        Fitted fitted = schema(call).promptResult(result);
        say("the prompt", prompt, fitted.findings());
        JsonObject read = fitted.value().orElse(JsonValue.EMPTY_JSON_OBJECT);
        if (!read.containsKey("messages") || read.getJsonArray("messages").isEmpty() && !fitted.findings().isEmpty()) {
            throw UpstreamException.unreadable(upstream, fitted.findings().getFirst());
        }
        return read;
    }

    /**
     * @throws UpstreamException when nothing is left of the resource
     */
    List<ResourceContents> ofResource(Call call, String uri, JsonObject result) {
        if (!(result.get("contents") instanceof JsonArray parts)) {
            throw UpstreamException.unreadable(upstream, "contents must be a list");
        }
        List<ResourceContents> read = new ArrayList<>();
        List<String> findings = new ArrayList<>();
        for (JsonValue part : parts) {
            Fitted fitted = part instanceof JsonObject json
                    ? schema(call).contents(json)
                    : new Fitted(Optional.empty(), List.of("it must be an object"));
            findings.addAll(fitted.findings());
            fitted.value().map(ResourceContents.Given::new).ifPresent(read::add);
        }
        say("the resource", uri, findings.stream().limit(3).toList());
        if (read.isEmpty() && !parts.isEmpty()) {
            throw UpstreamException.unreadable(upstream, findings.getFirst());
        }
        return read;
    }

    private static boolean hasNoContent(JsonObject result) {
        return !(result.get(CONTENT) instanceof JsonArray content && !content.isEmpty());
    }

    private static RevisionSchema schema(Call call) {
        return RevisionSchema.of(call.protocolVersion());
    }

    private void say(String kind, String name, List<String> findings) {
        if (!findings.isEmpty()) {
            warnings.warn("part of " + kind + " \"" + name + "\" is left out: " + String.join(", ", findings));
        }
    }
}
