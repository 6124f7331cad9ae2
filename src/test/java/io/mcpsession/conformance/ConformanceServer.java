package io.mcpsession.conformance;

import io.mcpsession.Server;
import io.mcpsession.settings.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * The server with the suite's fixtures and a Redis of its own. Ends when standard input does, so that it never outlives
 * whoever started it. The token comes from {@code MCP_DEV_TOKEN}.
 */
public final class ConformanceServer {

    private ConformanceServer() {
    }

    /**
     * @param arguments the port of the endpoint; none for a free one
     */
    public static void main(String[] arguments) throws IOException {
        Settings settings = Settings.load(System.getenv(), Map.of(
                "server.port", "0",
                "server.sockets.0.port", arguments.length > 0 ? arguments[0] : "0",
                "server.sockets.1.port", "0"));
        try (Server server = Server.start(settings, ConformanceOffering::of)) {
            System.out.println("ready http://localhost:" + server.port(Server.PUBLIC) + "/api/mcp");
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
