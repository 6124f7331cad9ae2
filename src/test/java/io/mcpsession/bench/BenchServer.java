package io.mcpsession.bench;

import com.sun.management.ThreadMXBean;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.grpc.GrpcRouting;
import io.helidon.webserver.grpc.GrpcServiceDescriptor;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.Server;
import io.mcpsession.handler.Offering;
import io.mcpsession.ops.Logging;
import io.mcpsession.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * The server under test in a process of its own, and beside it the yardsticks: a route of the same web server that does
 * nothing but send back what it was sent, and a gRPC method that does nothing at all. Ends when standard input does.
 */
final class BenchServer {

    private BenchServer() {
    }

    public static void main(String[] arguments) throws IOException {
        Logging.configure(false, "WARNING", false);
        Settings settings = Settings.load(System.getenv(), Map.of(
                "server.port", "0", "server.sockets.0.port", "0", "server.sockets.1.port", "0",
                "mcp.grpc.insecure", "true", "mcp.session.max-per-user", "1000000",
                // What is measured is how much one can send.
                "mcp.limits.per-user.rate", "0", "mcp.limits.per-address.rate", "0", "mcp.limits.per-service.rate", "0"));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        WebServer yardstick = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .shutdownHook(false)
                .connectionOptions((SocketOptions.Builder options) -> options.tcpNoDelay(true))
                .addRouting(HttpRouting.builder()
                        .post("/echo", BenchServer::echo)
                        .get("/allocated", (_, response) ->
                                response.send(Long.toString(threads.getTotalThreadAllocatedBytes()))))
                .addRouting(GrpcRouting.builder().service(GrpcServiceDescriptor.builder(new ConstantService()).build()))
                .build().start();
        try (Server server = Server.start(settings, _ -> Offering.ofTools(List.of()))) {
            System.out.println("ready " + server.port(Server.PUBLIC) + " " + server.port(Server.INTERNAL) + " "
                    + yardstick.port());
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        yardstick.stop();
    }

    /** Reads into an array of the length that was announced; Helidon's own way takes 16 KB for each request. */
    private static void echo(ServerRequest request, ServerResponse response) throws IOException {
        InputStream in = request.content().inputStream();
        byte[] body = in.readNBytes((int) request.headers().contentLength().orElseThrow());
        // Else Helidon takes 8 KB more to look for the end itself.
        in.read();
        response.send(body);
    }
}
