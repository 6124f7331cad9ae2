package io.mcpsession;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.ops.Logging;
import io.mcpsession.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The application as {@link Main} runs it, with a tool that takes its time. */
public final class SlowServer {

    static final Duration SLOW = Duration.ofSeconds(3);

    private SlowServer() {
    }

    public static void main(String[] arguments) {
        Logging.outlastShutdown();
        Logging.configure(false, "INFO", false);
        Main.serve(Settings.load(System.getenv(), Map.of()), _ -> Offering.ofTools(List.of(new Slow())));
    }

    private record Slow() implements Tool {

        @Override
        public ToolDescription description() {
            return new ToolDescription("slow", "Slow", "Takes three seconds.",
                    Json.parseObject("{\"type\": \"object\"}"), Optional.empty(),
                    new ToolDescription.Hints(true, false, true, false));
        }

        @Override
        public ToolResult call(Call call, Arguments arguments) {
            long until = System.nanoTime() + SLOW.toNanos();
            while (System.nanoTime() < until) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
            return ToolResult.text("done");
        }
    }
}
