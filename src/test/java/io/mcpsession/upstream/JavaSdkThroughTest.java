package io.mcpsession.upstream;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.FixtureServer;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.ElicitResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;

/** The official Java client, which speaks the session era, reaches servers spoken to in either era. */
@Timeout(60)
class JavaSdkThroughTest {

    private static EmbeddedRedis redis;
    private static FixtureServer behind;

    private final List<Double> progress = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        behind = FixtureServer.on(redis.address(), "mcp.store.redis.key-prefix", "behind");
    }

    @AfterAll
    static void stop() {
        behind.close();
        redis.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "stateless"})
    void listsCallsHearsOfProgressAndIsAsked(String era) {
        try (Bridged front = Bridged.on(redis.address(), behind, era)) {
            McpSyncClient client = client(front);
            client.initialize();

            assertThat(client.listTools().tools().stream().map(Tool::name).toList(),
                    hasItems("session_info", "test_simple_text"));
            assertThat(text(client.callTool(new CallToolRequest("test_simple_text", Map.of()))),
                    is("This is a simple text response for testing."));
            client.callTool(CallToolRequest.builder("test_tool_with_progress").arguments(Map.of())
                    .meta(Map.of("progressToken", "p")).build());
            assertThat(progress, contains(0.0, 50.0, 100.0));
            assertThat(text(client.callTool(new CallToolRequest("test_elicitation", Map.of("message", "Well?")))),
                    containsString("action=accept"));
            client.closeGracefully();
        }
    }

    private McpSyncClient client(Bridged front) {
        var transport = HttpClientStreamableHttpTransport.builder("http://localhost:" + front.endpoint().getPort())
                .endpoint(front.endpoint().getPath())
                .addHttpRequestCustomizer((request, _, _, _, _) ->
                        request.header("Authorization", front.alice().header("Authorization")))
                .build();
        return McpClient.sync(transport)
                .requestTimeout(Duration.ofSeconds(20))
                .capabilities(ClientCapabilities.builder().elicitation().build())
                .elicitation(question -> new ElicitResult(ElicitResult.Action.ACCEPT,
                        Map.of("response", question.message())))
                .progressConsumer(report -> progress.add(report.progress()))
                .build();
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getFirst()).text();
    }
}
