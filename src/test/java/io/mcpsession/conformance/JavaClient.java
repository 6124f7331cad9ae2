package io.mcpsession.conformance;

import io.mcpsession.testing.LogCapture;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import java.net.URI;
import java.time.Duration;

/** The official Java client. */
final class JavaClient implements ClientOnALeash {

    private final McpSyncClient client;

    JavaClient(URI endpoint, String token) {
        var transport = HttpClientStreamableHttpTransport.builder("http://localhost:" + endpoint.getPort())
                .endpoint(endpoint.getPath())
                .addHttpRequestCustomizer((request, _, _, _, _) -> request.header("Authorization", "Bearer " + token))
                .build();
        client = McpClient.sync(transport).requestTimeout(Duration.ofSeconds(20)).build();
        client.initialize();
    }

    @Override
    public String call() {
        try (LogCapture _ = new LogCapture(HttpClientStreamableHttpTransport.class)) {
            client.callTool(CallToolRequest.builder(TOOL).build());
            return "served";
        } catch (RuntimeException e) {
            return "failed: " + e.getMessage();
        }
    }

    @Override
    public void close() {
        client.closeGracefully();
    }
}
