package io.mcpsession.conformance;

import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.LogCapture;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.CreateMessageResult;
import io.modelcontextprotocol.spec.McpSchema.ElicitResult;
import io.modelcontextprotocol.spec.McpSchema.GetPromptRequest;
import io.modelcontextprotocol.spec.McpSchema.LoggingLevel;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceRequest;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.Root;
import io.modelcontextprotocol.spec.McpSchema.SubscribeRequest;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The official Java client. */
@ExtendWith(FixtureServer.Shared.class)
class JavaSdkClientTest {

    private final FixtureServer server;
    private final List<Double> progress = new CopyOnWriteArrayList<>();
    private final List<String> logged = new CopyOnWriteArrayList<>();
    /** The session id of each request; empty for none. */
    private final List<String> sessions = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> changes = new LinkedBlockingQueue<>();
    private McpSyncClient client;

    JavaSdkClientTest(FixtureServer server) {
        this.server = server;
    }

    @BeforeEach
    void connect() {
        var transport = HttpClientStreamableHttpTransport.builder("http://localhost:" + server.endpoint().getPort())
                .endpoint(server.endpoint().getPath())
                .addHttpRequestCustomizer((request, _, _, _, _) -> {
                    request.header("Authorization", server.alice().header("Authorization"));
                    sessions.add(request.copy().build().headers().firstValue("Mcp-Session-Id").orElse(""));
                })
                .build();
        client = McpClient.sync(transport)
                .requestTimeout(Duration.ofSeconds(20))
                .capabilities(ClientCapabilities.builder().elicitation().sampling().roots(true).build())
                .roots(new Root("file:///tmp", "tmp"))
                .elicitation(question -> new ElicitResult(ElicitResult.Action.ACCEPT,
                        Map.of("name", "Alice", "response", question.message())))
                .sampling(_ -> CreateMessageResult.builder(Role.ASSISTANT, "Paris", "none").build())
                .progressConsumer(report -> progress.add(report.progress()))
                .loggingConsumer(message -> logged.add(message.data()))
                .toolsChangeConsumer(_ -> changes.add("tools"))
                .resourcesUpdateConsumer(contents -> changes.add(contents.getFirst().uri()))
                .build();
        client.initialize();
    }

    @AfterEach
    void close() {
        client.closeGracefully();
    }

    @Test
    void connects() {
        assertThat(client.getServerInfo().name(), is("mcp-session-server"));
        assertThat(client.getCurrentInitializationResult().protocolVersion(), is("2025-11-25"));
        client.ping();
    }

    @Test
    void listsWhatThereIs() {
        assertThat(client.listTools().tools().stream().map(Tool::name).toList(),
                hasItems("session_info", "test_simple_text", "json_schema_2020_12_tool"));
        assertThat(client.listResources().resources(), hasSize(3));
        assertThat(client.listResourceTemplates().resourceTemplates(), hasSize(1));
        assertThat(client.listPrompts().prompts(), hasSize(5));
    }

    @Test
    void callsToolsAndSeesThemFail() {
        assertThat(text(call("test_simple_text")), is("This is a simple text response for testing."));
        assertThat(call("session_info").structuredContent().toString(), containsString("2025-11-25"));
        assertThat(call("test_error_handling").isError(), is(true));
        assertThat(assertThrows(McpError.class, () -> call("none")).getJsonRpcError().code(), is(-32602));
    }

    @Test
    void readsResourcesAndGetsPrompts() {
        var contents = client.readResource(ReadResourceRequest.builder("test://template/7/data").build())
                .contents().getFirst();
        assertThat(((TextResourceContents) contents).text(), containsString("\"id\":\"7\""));

        var prompt = client.getPrompt(GetPromptRequest.builder("test_prompt_with_arguments")
                .arguments(Map.of("arg1", "a", "arg2", "b")).build());
        assertThat(((TextContent) prompt.messages().getFirst().content()).text(), containsString("arg2='b'"));
    }

    @Test
    void receivesProgressAndLogMessages() {
        client.callTool(CallToolRequest.builder("test_tool_with_progress").progressToken("p").build());
        eventually(() -> progress, contains(0.0, 50.0, 100.0));

        call("test_tool_with_logging");
        eventually(() -> logged, hasSize(3));
    }

    @Test
    void hearsNoLogMessagesBelowTheLevelItSet() {
        client.setLoggingLevel(LoggingLevel.WARNING);

        call("test_tool_with_logging");

        // What was said before is heard before.
        client.callTool(CallToolRequest.builder("test_tool_with_progress").progressToken("p").build());
        eventually(() -> progress, hasSize(3));
        assertThat(logged, is(List.of()));
    }

    @Test
    void answersQuestions() {
        assertThat(text(client.callTool(CallToolRequest.builder("test_elicitation")
                .arguments(Map.of("message", "Well?")).build())), containsString("\"response\":\"Well?\""));
        assertThat(text(client.callTool(CallToolRequest.builder("test_sampling")
                .arguments(Map.of("prompt", "?")).build())), is("LLM response: Paris"));
        assertThat(text(call("test_input_required_result_multiple_inputs")),
                is("Name: Alice; Greeting: Paris; 1 root(s)"));
    }

    @Test
    void hearsOfChanges() {
        client.subscribeResource(SubscribeRequest.builder(ConformanceResources.WATCHED).build());

        assertThatIsHeard(ConformanceResources.WATCHED, "test_trigger_resource_update");
        assertThatIsHeard("tools", "test_trigger_tool_change");
    }

    /** Again and again, because the client opens its stream of server messages at its leisure. */
    private void assertThatIsHeard(String change, String trigger) {
        eventually(() -> {
            call(trigger);
            return changes.poll(200, TimeUnit.MILLISECONDS);
        }, is(change));
    }

    @Test
    void startsOverWhenItsSessionIsGone() {
        call("test_simple_text");
        String first = sessions.getLast();
        assertThat(server.alice().in(first).delete().status(), is(204));

        try (LogCapture _ = new LogCapture(HttpClientStreamableHttpTransport.class)) {
            assertThrows(RuntimeException.class, () -> call("test_simple_text"));
        }

        assertThat(text(call("test_simple_text")), is("This is a simple text response for testing."));
        assertThat(sessions.getLast(), is(not(first)));
    }

    @Test
    void endsItsSessionWhenItCloses() {
        call("test_simple_text");
        String session = sessions.getLast();

        client.closeGracefully();

        assertThat(server.alice().in(session).call("ping").status(), is(404));
    }

    private CallToolResult call(String tool) {
        return client.callTool(CallToolRequest.builder(tool).build());
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getFirst()).text();
    }
}
