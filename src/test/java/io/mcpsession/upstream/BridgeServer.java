package io.mcpsession.upstream;

import io.mcpsession.Server;
import io.mcpsession.settings.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;

/**
 * The server in front of others, with a Redis of its own. Ends when standard input does, so that it never outlives
 * whoever started it. All it is told stands in variables, such as {@code MCP_UPSTREAMS_0_URL}.
 */
public final class BridgeServer {

    private BridgeServer() {
    }

    /**
     * @param arguments the port of the endpoint; none for a free one
     */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> ports = new HashMap<>(Map.of(
                "server.port", "0",
                "server.sockets.0.port", arguments.length > 0 ? arguments[0] : "0",
                "server.sockets.1.port", "0"));
        try (Server server = Server.start(Settings.load(System.getenv(), ports))) {
            System.out.println("ready http://localhost:" + server.port(Server.PUBLIC) + "/api/mcp");
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
