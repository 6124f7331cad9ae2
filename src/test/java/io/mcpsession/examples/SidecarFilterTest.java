package io.mcpsession.examples;

import com.sun.net.httpserver.HttpServer;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

class SidecarFilterTest {

    @Test
    void aServiceServesOnlyLiveSessionsOfItsUser() throws Exception {
        try (TestServer server = TestServer.embedded(); HttpClient client = HttpClient.newHttpClient()) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.internalPort()).usePlaintext()
                    .build();
            HttpServer service = start(channel);
            String id = server.alice().call("initialize").session();

            assertThat(status(client, service, "alice", id), is(200));
            assertThat(status(client, service, "bob", id), is(404));
            server.alice().in(id).delete();
            assertThat(status(client, service, "alice", id), is(404));
            server.close();
            assertThat(status(client, service, "alice", id), is(503));

            service.stop(0);
            channel.shutdownNow();
        }
    }

    private static HttpServer start(ManagedChannel channel) throws IOException {
        HttpServer service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var context = service.createContext("/", exchange -> exchange.sendResponseHeaders(200, -1));
        context.getFilters().add(new SidecarFilter(channel, exchange -> exchange.getRequestHeaders().getFirst("User")));
        service.start();
        return service;
    }

    private static int status(HttpClient client, HttpServer service, String user, String id)
            throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.getAddress().getPort()))
                .header("User", user)
                .header("Mcp-Session-Id", id)
                .build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
