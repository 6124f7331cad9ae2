package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tools by name. The list is written once: it is the same for everybody. */
public final class Tools {

    private final Map<String, Tool> byName = new LinkedHashMap<>();
    private final JsonObject list;

    public Tools(List<Tool> tools) {
        JsonArrayBuilder descriptions = Json.array();
        for (Tool tool : tools) {
            ToolDescription description = tool.description();
            if (byName.put(description.name(), tool) != null) {
                throw new IllegalArgumentException("two tools are named " + description.name());
            }
            descriptions.add(description.json());
        }
        this.list = Json.object().add("tools", descriptions).build();
    }

    JsonObject list(JsonObject params) {
        if (params.containsKey("cursor")) {
            throw RpcException.invalidParams("Unknown cursor: the list has one page");
        }
        return list;
    }

    JsonObject call(Call call, JsonObject params) {
        if (!(params.get("name") instanceof JsonString name)) {
            throw RpcException.invalidParams("tools/call needs the name of a tool");
        }
        Tool tool = byName.get(name.getString());
        if (tool == null) {
            throw RpcException.invalidParams("Unknown tool");
        }
        try {
            return tool.call(call, arguments(params)).json();
        } catch (ToolException e) {
            return ToolResult.failure(e.getMessage()).json();
        }
    }

    private static Arguments arguments(JsonObject params) {
        // Left out by the TypeScript client where a tool takes none.
        JsonValue arguments = params.getOrDefault("arguments", JsonValue.EMPTY_JSON_OBJECT);
        if (arguments instanceof JsonObject object) {
            return new Arguments(object);
        }
        throw RpcException.invalidParams("arguments must be an object");
    }
}
