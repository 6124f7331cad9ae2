package io.mcpsession;

import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds out, once the server could not start, which of its ports cannot be had and why. */
record UnusablePorts(List<String> reasons) {

    static UnusablePorts of(WebServerConfig server) {
        Map<String, ListenerConfig> sockets = new TreeMap<>(server.sockets());
        sockets.put(WebServer.DEFAULT_SOCKET_NAME, server);
        List<String> reasons = new ArrayList<>();
        sockets.forEach((name, socket) -> {
            try (ServerSocketChannel probe = ServerSocketChannel.open()) {
                socket.configureSocket(probe);
                probe.bind(new InetSocketAddress(socket.address(), socket.port()));
            } catch (IOException e) {
                reasons.add("Cannot listen on port " + socket.port() + " (socket " + name + "): " + e.getMessage());
            }
        });
        return new UnusablePorts(reasons);
    }

    String message() {
        return reasons.isEmpty()
                ? "The server could not listen on all of its ports; with MCP_LOG_LEVEL=debug the log says why"
                : String.join("\n", reasons) + "\nOther ports are set by SERVER_PORT (gRPC), SERVER_SOCKETS_0_PORT (MCP)"
                        + " and SERVER_SOCKETS_1_PORT (health and metrics)";
    }
}
