package io.mcpsession.testing;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import java.util.Optional;
import java.util.function.BiFunction;

/** A tool that takes any arguments: a name and what it does. */
public record TestTool(ToolDescription description, BiFunction<Call, Arguments, ToolResult> action) implements Tool {

    public static Tool of(String name, BiFunction<Call, Arguments, ToolResult> action) {
        return new TestTool(new ToolDescription(name, name, name, Json.parseObject("{\"type\":\"object\"}"),
                Optional.empty(), new ToolDescription.Hints(true, false, true, false)), action);
    }

    @Override
    public ToolResult call(Call call, Arguments arguments) {
        return action.apply(call, arguments);
    }
}
