package io.mcpsession.conformance;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolDescription.Hints;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.util.Optional;
import java.util.function.BiFunction;

/** A tool of the suite: a name, a schema and what it does. */
record FixtureTool(ToolDescription description, BiFunction<Call, Arguments, ToolResult> action) implements Tool {

    private static final JsonObject NO_ARGUMENTS = Json.parseObject("""
            {"type": "object", "properties": {}}""");

    /** A tool without arguments. */
    static Tool of(String name, String description, BiFunction<Call, Arguments, ToolResult> action) {
        return of(name, description, NO_ARGUMENTS, action);
    }

    /** A tool whose one argument is a text. */
    static Tool of(String name, String description, String argument, BiFunction<Call, String, ToolResult> action) {
        return of(name, description, Json.parseObject("""
                {"type": "object", "properties": {"%1$s": {"type": "string"}}, "required": ["%1$s"]}"""
                .formatted(argument)), (call, arguments) -> action.apply(call, arguments.string(argument)));
    }

    static Tool of(String name, String description, JsonObject schema, BiFunction<Call, Arguments, ToolResult> action) {
        return new FixtureTool(new ToolDescription(name, name, description, schema, Optional.empty(),
                new Hints(true, false, true, false)), action);
    }

    @Override
    public ToolResult call(Call call, Arguments arguments) {
        return action.apply(call, arguments);
    }
}
