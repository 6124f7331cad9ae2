package io.mcpsession.race;

import io.quarkiverse.mcp.server.ToolManager;
import io.quarkiverse.mcp.server.ToolResponse;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.CommandLineArguments;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Quarkus's MCP extension. Takes the file of the tools; ends when standard input does. */
@QuarkusMain
public class QuarkusServer implements QuarkusApplication {

    @Override
    public int run(String... arguments) throws Exception {
        System.in.transferTo(OutputStream.nullOutputStream());
        return 0;
    }

    /** The tools, there before Quarkus says that it listens. */
    @Singleton
    public static class Tools {

        void register(@Observes StartupEvent start, ToolManager tools, @CommandLineArguments String[] arguments)
                throws IOException {
            JsonObject file = new JsonObject(Files.readString(Path.of(arguments[0])));
            for (Object item : file.getJsonArray("tools")) {
                JsonObject tool = (JsonObject) item;
                JsonObject hints = tool.getJsonObject("annotations");
                ToolManager.ToolDefinition its = tools.newTool(tool.getString("name"))
                        .setTitle(tool.getString("title"))
                        .setDescription(tool.getString("description"))
                        .setInputSchema(tool.getJsonObject("inputSchema"))
                        .setAnnotations(new ToolManager.ToolAnnotations(tool.getString("title"),
                                hints.getBoolean("readOnlyHint"), hints.getBoolean("destructiveHint"),
                                hints.getBoolean("idempotentHint"), hints.getBoolean("openWorldHint")))
                        .setHandler(call -> ToolResponse.error("only listed here"));
                if (tool.containsKey("outputSchema")) {
                    its.setOutputSchema(tool.getJsonObject("outputSchema"));
                }
                its.register();
            }
        }
    }
}
