package io.mcpsession;

import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds out on which of its addresses a server cannot listen and why. Helidon itself logs a stack trace for each, and
 * neither throws nor ends the process.
 */
record UnusablePorts(List<String> reasons) {

    static UnusablePorts of(WebServerConfig server) {
        Map<String, ListenerConfig> sockets = new TreeMap<>(server.sockets());
        sockets.put(WebServer.DEFAULT_SOCKET_NAME, server);
        List<String> reasons = new ArrayList<>();
        // Held together, so that two sockets on one port are found.
        try (Resources held = new Resources()) {
            sockets.forEach((name, socket) -> {
                SocketAddress address = socket.bindAddress()
                        .orElseGet(() -> new InetSocketAddress(socket.address(), socket.port()));
                try {
                    ServerSocketChannel probe = held.own(ServerSocketChannel.open(
                            address instanceof UnixDomainSocketAddress ? StandardProtocolFamily.UNIX
                                    : StandardProtocolFamily.INET));
                    socket.configureSocket(probe);
                    probe.bind(address);
                } catch (IOException | RuntimeException e) {
                    reasons.add("Cannot listen on " + named(address) + " (socket " + name + "): " + e.getMessage());
                }
            });
        }
        return new UnusablePorts(reasons);
    }

    private static String named(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? "port " + inet.getPort() : address.toString();
    }

    /**
     * @throws StartException when there are any
     */
    void mustBeNone() {
        if (!reasons.isEmpty()) {
            throw failure();
        }
    }

    StartException failure() {
        return new StartException((reasons.isEmpty()
                ? "The server could not listen on all of its ports; with MCP_LOG_LEVEL=debug the log says why"
                : String.join("; ", reasons)) + ". Other ports are set by server.port (SERVER_PORT, gRPC),"
                + " SERVER_SOCKETS_0_PORT (MCP) and SERVER_SOCKETS_1_PORT (health and metrics)");
    }
}
