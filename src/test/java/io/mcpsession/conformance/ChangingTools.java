package io.mcpsession.conformance;

import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolResult;
import java.util.List;

/** Tools that say something else has changed. */
final class ChangingTools {

    private ChangingTools() {
    }

    static List<Tool> all(Changes changes) {
        return List.of(
                changing("test_trigger_tool_change", "Says that the tools changed.", changes::toolsChanged),
                changing("test_trigger_prompt_change", "Says that the prompts changed.", changes::promptsChanged),
                changing("test_trigger_resource_change", "Says that the resources changed.", changes::resourcesChanged),
                changing("test_trigger_resource_update", "Says that the watched resource changed.",
                        () -> changes.resourceUpdated(ConformanceResources.WATCHED)));
    }

    private static Tool changing(String name, String description, Runnable change) {
        return FixtureTool.of(name, description, (_, _) -> {
            change.run();
            return ToolResult.text("Mutation triggered");
        });
    }
}
