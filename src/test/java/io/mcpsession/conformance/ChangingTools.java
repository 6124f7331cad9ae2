package io.mcpsession.conformance;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.CallCancelledException;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolResult;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Tools that say something else has changed. */
final class ChangingTools {

    /** Told of when a call was cancelled. One of the template, because only what can be read is told of. */
    static final String CANCELLED = "test://template/cancelled/data";

    private ChangingTools() {
    }

    static List<Tool> all(Changes changes) {
        return List.of(
                changing("test_trigger_tool_change", "Says that the tools changed.", changes::toolsChanged),
                changing("test_trigger_prompt_change", "Says that the prompts changed.", changes::promptsChanged),
                changing("test_trigger_resource_change", "Says that the resources changed.", changes::resourcesChanged),
                changing("test_trigger_resource_update", "Says that the watched resource changed.",
                        () -> changes.resourceUpdated(ConformanceResources.WATCHED)),
                FixtureTool.of("test_wait_until_cancelled", "Runs until nobody wants its answer, and says so.",
                        (call, _) -> waitUntilCancelled(call, changes)));
    }

    private static ToolResult waitUntilCancelled(Call call, Changes changes) {
        call.progress(1, 2, "waiting");
        while (!call.cancelled()) {
            LockSupport.parkNanos(10_000_000);
        }
        changes.resourceUpdated(CANCELLED);
        throw new CallCancelledException();
    }

    private static Tool changing(String name, String description, Runnable change) {
        return FixtureTool.of(name, description, (_, _) -> {
            change.run();
            return ToolResult.text("Mutation triggered");
        });
    }
}
