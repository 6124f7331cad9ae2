package io.mcpsession.race;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.transport.HttpServletStreamableServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The official Java SDK in its servlet, on Jetty. Takes the file of the tools; ends when standard input does. */
public final class SdkServer {

    private SdkServer() {
    }

    public static void main(String[] arguments) throws Exception {
        McpJsonMapper json = McpJsonDefaults.getMapper();
        var transport = HttpServletStreamableServerTransportProvider.builder()
                .jsonMapper(json).mcpEndpoint("/mcp").build();
        McpSchema.ListToolsResult tools =
                json.readValue(Files.readString(Path.of(arguments[0])), McpSchema.ListToolsResult.class);
        McpServer.sync(transport).serverInfo("java-sdk", "1.0.0")
                .capabilities(McpSchema.ServerCapabilities.builder().tools(true).build())
                .tools(tools.tools().stream().map(SdkServer::handled).toList())
                .build();
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        ServletHolder holder = new ServletHolder(transport);
        holder.setAsyncSupported(true);
        context.addServlet(holder, "/mcp");
        server.setHandler(context);
        server.start();
        System.out.println("ready " + connector.getLocalPort());
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private static SyncToolSpecification handled(McpSchema.Tool tool) {
        return SyncToolSpecification.builder().tool(tool).callHandler((_, _) -> {
            throw new UnsupportedOperationException("only listed here");
        }).build();
    }
}
