package io.mcpsession.race;

import io.helidon.common.socket.SocketOptions;
import io.helidon.extensions.mcp.server.McpServerConfig;
import io.helidon.extensions.mcp.server.McpServerFeature;
import io.helidon.extensions.mcp.server.McpToolConfig;
import io.helidon.extensions.mcp.server.McpToolResult;
import io.helidon.webserver.WebServer;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** Helidon's own MCP extension. Takes the file of the tools; ends when standard input does. */
public final class HelidonServer {

    private HelidonServer() {
    }

    public static void main(String[] arguments) throws IOException {
        McpJsonMapper json = McpJsonDefaults.getMapper();
        McpSchema.ListToolsResult tools =
                json.readValue(Files.readString(Path.of(arguments[0])), McpSchema.ListToolsResult.class);
        McpServerConfig.Builder mcp = McpServerFeature.builder().path("/mcp").name("helidon").version("1.0.0");
        for (McpSchema.Tool tool : tools.tools()) {
            McpToolConfig.Builder its = McpToolConfig.builder().name(tool.name()).title(tool.title())
                    .description(tool.description()).schema(json.writeValueAsString(tool.inputSchema()))
                    .annotations(hints -> hints.title(tool.title()).readOnlyHint(tool.annotations().readOnlyHint())
                            .destructiveHint(tool.annotations().destructiveHint())
                            .idempotentHint(tool.annotations().idempotentHint())
                            .openWorldHint(tool.annotations().openWorldHint()))
                    .tool(_ -> McpToolResult.create("only listed here"));
            if (tool.outputSchema() != null) {
                its.outputSchema(json.writeValueAsString(tool.outputSchema()));
            }
            mcp.addTool(its.build());
        }
        // As ours has it: without it each event stream waits for the client's ACK.
        WebServer server = WebServer.builder().address(InetAddress.getLoopbackAddress())
                .connectionOptions((SocketOptions.Builder options) -> options.tcpNoDelay(true))
                .routing(routing -> routing.addFeature(mcp)).build().start();
        System.out.println("ready " + server.port());
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }
}
