package io.mcpsession.conformance;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.LogLevel;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Tools that say something before their result. */
final class StreamingTools {

    private StreamingTools() {
    }

    static List<Tool> all() {
        return List.of(
                FixtureTool.of("test_tool_with_logging", "Logs three times.", (call, _) -> {
                    log(call, "Tool execution started");
                    work();
                    log(call, "Tool processing data");
                    work();
                    log(call, "Tool execution completed");
                    return ToolResult.text("Tool with logging executed successfully");
                }),
                FixtureTool.of("test_logging_tool", "Logs once.", (call, _) -> {
                    log(call, "Diagnostic trace logging activated");
                    return ToolResult.text("Logging evaluated");
                }),
                FixtureTool.of("test_tool_with_progress", "Reports progress three times.", (call, _) -> {
                    for (int done = 0; done <= 100; done += 50) {
                        call.progress(done, 100, "Completed step " + done + " of 100");
                        work();
                    }
                    return ToolResult.text("Tool with progress executed successfully");
                }),
                FixtureTool.of("test_steps", "Reports progress so many times, ten a second.", "steps", (call, steps) -> {
                    int all = Integer.parseInt(steps);
                    for (int done = 1; done <= all; done++) {
                        call.progress(done, all, "Completed step " + done);
                        work();
                        work();
                    }
                    return ToolResult.text("Completed " + all + " steps");
                }),
                // The suite wants the stream broken off here. A handler cannot do that, and nothing needs it: streams
                // that break by themselves are resumed the same way.
                FixtureTool.of("test_reconnection", "Streams, so that the stream can be resumed.", (call, _) -> {
                    log(call, "Before the stream may break");
                    work();
                    return ToolResult.text("Reconnection test completed successfully.");
                }));
    }

    private static void log(Call call, String text) {
        call.log(LogLevel.INFO, "conformance", Json.string(text));
    }

    /** The suite wants some time between two messages. */
    private static void work() {
        LockSupport.parkNanos(50_000_000);
    }
}
