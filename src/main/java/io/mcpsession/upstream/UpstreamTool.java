package io.mcpsession.upstream;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolDescription.Hints;
import io.mcpsession.handler.ToolException;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.MirroredArguments;
import io.mcpsession.upstream.Forwarded.Repeat;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;

/** A tool of another server. */
final class UpstreamTool implements Tool {

    private final Forwarding forwarding;
    private final Results results;
    private final String name;
    private final ToolDescription description;
    private final JsonObject json;
    private final MirroredArguments mirrored;
    private final Repeat repeat;

    /**
     * @param original as the other server describes it, as far as clients can read it
     * @throws IllegalArgumentException when clients would not take it
     */
    UpstreamTool(Forwarding forwarding, Results results, JsonObject original, String prefix) {
        this.forwarding = forwarding;
        this.results = results;
        this.name = original.getString("name");
        JsonObject schema = original.getJsonObject("inputSchema");
        JsonObject hints = original.get("annotations") instanceof JsonObject object
                ? object
                : JsonValue.EMPTY_JSON_OBJECT;
        this.description = new ToolDescription(prefix + name, original.getString("title", name),
                original.getString("description", ""), schema, Optional.empty(),
                // What a server leaves out means this (2025-11-25, Schema, ToolAnnotations).
                new Hints(hints.getBoolean("readOnlyHint", false), hints.getBoolean("destructiveHint", true),
                        hints.getBoolean("idempotentHint", false), hints.getBoolean("openWorldHint", true)));
        this.mirrored = new MirroredArguments(description);
        this.json = Json.object(original).remove("execution")
                .add("name", description.name())
                .build();
        this.repeat = repeat(hints);
    }

    private static Repeat repeat(JsonObject hints) {
        if (hints.getBoolean("readOnlyHint", false) || hints.getBoolean("idempotentHint", false)) {
            return Repeat.HARMLESS;
        }
        return hints.containsKey("idempotentHint") ? Repeat.HARMFUL : Repeat.UNKNOWN;
    }

    @Override
    public boolean passesRoundsOn() {
        return true;
    }

    @Override
    public ToolDescription description() {
        return description;
    }

    @Override
    public JsonObject json() {
        return json;
    }

    @Override
    public ToolResult call(Call call, Arguments arguments) {
        JsonObject given = arguments.json();
        try {
            return new ToolResult(results.ofTool(call, name, forwarding.forward(call, new Forwarded("tools/call",
                    Json.object().add("name", name).add("arguments", given).build(), mirrored.headers(given), repeat))));
        } catch (UpstreamException e) {
            throw new ToolException(e.getMessage());
        } catch (RpcException e) {
            throw Errors.ofTool(e, call);
        }
    }
}
