package io.mcpsession.testing;

import io.mcpsession.Server;
import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.settings.Settings;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The server with a Redis of its own and tools that take their time: {@code wait} runs until nobody waits for it,
 * {@code waiting} tells how many do and how many were cancelled, {@code text} is as long as it is told. Ends when
 * standard input does. Prints where it listens as the banner does.
 */
public final class PatientServer {

    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();
    private static final long LONGEST_WAIT_NANOS = Duration.ofMinutes(2).toNanos();

    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();

    private PatientServer() {
    }

    public static void main(String[] arguments) throws IOException {
        Settings settings = Settings.load(System.getenv(), Map.of());
        PatientServer patient = new PatientServer();
        List<Tool> tools = List.of(
                tool("wait", patient::await),
                tool("waiting", (_, _) -> ToolResult.text(patient.waiting + " " + patient.cancelled)),
                tool("text", (_, given) -> ToolResult.text("x".repeat(Integer.parseInt(given.string("size"))))));
        try (Server server = Server.start(settings, _ -> Offering.ofTools(tools))) {
            System.out.printf("  gRPC  127.0.0.1:%d%n  admin  http://127.0.0.1:%d%n  MCP  http://127.0.0.1:%d%n",
                    server.port(Server.INTERNAL), server.port(Server.ADMIN), server.port(Server.PUBLIC));
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private ToolResult await(Call call, Arguments given) {
        long begin = System.nanoTime();
        waiting.incrementAndGet();
        try {
            while (!call.cancelled()) {
                if (System.nanoTime() - begin > LONGEST_WAIT_NANOS) {
                    return ToolResult.failure("nobody gave up");
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            cancelled.incrementAndGet();
            return ToolResult.failure("given up");
        } finally {
            waiting.decrementAndGet();
        }
    }

    private interface Run {

        ToolResult call(Call call, Arguments given);
    }

    private static Tool tool(String name, Run run) {
        ToolDescription description = new ToolDescription(name, name, name, schema(), Optional.empty(),
                new ToolDescription.Hints(true, false, true, false));
        return new Tool() {

            @Override
            public ToolDescription description() {
                return description;
            }

            @Override
            public ToolResult call(Call call, Arguments arguments) {
                return run.call(call, arguments);
            }
        };
    }

    private static JsonObject schema() {
        return Json.object().add("type", "object").build();
    }
}
