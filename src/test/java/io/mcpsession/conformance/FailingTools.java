package io.mcpsession.conformance;

import io.mcpsession.handler.LogLevel;
import io.mcpsession.handler.Tool;
import io.mcpsession.jsonrpc.Json;
import java.util.List;

/** Tools with a fault, of which the suite has none. */
final class FailingTools {

    private FailingTools() {
    }

    static List<Tool> all() {
        return List.of(
                FixtureTool.of("test_fault", "Has a fault.", (_, _) -> {
                    throw new IllegalStateException("a secret of this program");
                }),
                FixtureTool.of("test_fault_amid_stream", "Has a fault after its first message.", (call, _) -> {
                    call.log(LogLevel.ERROR, "", Json.string("before the fault"));
                    throw new IllegalStateException("a secret of this program");
                }));
    }
}
