package io.mcpsession.clients;

import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.BlobResourceContents;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.CompleteReference;
import io.modelcontextprotocol.spec.McpSchema.CompleteRequest;
import io.modelcontextprotocol.spec.McpSchema.ElicitResult;
import io.modelcontextprotocol.spec.McpSchema.GetPromptRequest;
import io.modelcontextprotocol.spec.McpSchema.LoggingLevel;
import io.modelcontextprotocol.spec.McpSchema.PromptReference;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceRequest;
import io.modelcontextprotocol.spec.McpSchema.ResourceReference;
import io.modelcontextprotocol.spec.McpSchema.ResourceTemplate;
import io.modelcontextprotocol.spec.McpSchema.SubscribeRequest;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Cases that one connection of the official Java client goes through, in this order. */
final class JavaCases {

    private static final String WATCHED = "test://watched-resource";
    private static final String CANCELLED = "test://template/cancelled/data";

    private final String revision;
    private final JavaConnection it;

    JavaCases(String revision, JavaConnection it) {
        this.revision = revision;
        this.it = it;
    }

    /** By name; each answers its note. */
    Map<String, JavaClients.Case> all() {
        Map<String, JavaClients.Case> cases = new LinkedHashMap<>();
        cases.put("connect", this::connect);
        cases.put("list", this::list);
        cases.put("call", this::call);
        cases.put("structured", this::structured);
        cases.put("tool-error", this::toolError);
        cases.put("progress", this::progress);
        cases.put("logging", this::logging);
        cases.put("elicitation", this::elicitation);
        cases.put("sampling", this::sampling);
        cases.put("roots", this::roots);
        cases.put("resources", this::resources);
        cases.put("templates", this::templates);
        cases.put("prompts", this::prompts);
        cases.put("completion", this::completion);
        cases.put("subscription", this::subscription);
        cases.put("list-change", this::listChange);
        cases.put("cancel", this::cancel);
        return cases;
    }

    private String connect() {
        it.client.initialize();
        assertThat(it.client.getServerInfo().name(), is("mcp-session-server"));
        assertThat(it.client.getCurrentInitializationResult().protocolVersion(), is(revision));
        it.client.ping();
        assertThat(it.session(), startsWith("mcp-"));
        return "";
    }

    private String list() {
        List<String> names = it.client.listTools().tools().stream().map(Tool::name).toList();
        assertThat(names, hasItems("test_simple_text", "session_info"));
        assertThat(names.stream().distinct().count(), is((long) names.size()));
        return "";
    }

    private String call() {
        assertThat(it.text("test_simple_text", Map.of()), is("This is a simple text response for testing."));
        assertThat(it.call("test_multiple_content_types").content().stream().map(block -> block.type()).toList(),
                contains("text", "image", "resource"));
        return "";
    }

    private String structured() {
        CallToolResult info = it.call("session_info");
        assertThat(((TextContent) info.content().getFirst()).text(), containsString("\"replica\":"));
        assertThat(((Map<?, ?>) info.structuredContent()).get("protocol_version"), is(revision));
        return "";
    }

    private String toolError() {
        assertThat(it.call("test_error_handling").isError(), is(true));
        assertThat(assertThrows(McpError.class, () -> it.call("no_such_tool")).getJsonRpcError().code(), is(-32602));
        return "";
    }

    private String progress() {
        it.progress.clear();
        it.call("test_tool_with_progress");
        // The client hands notifications on at once, so in any order.
        eventually(() -> it.progress, containsInAnyOrder(0.0, 50.0, 100.0));
        return "";
    }

    private String logging() {
        it.client.setLoggingLevel(LoggingLevel.INFO);
        it.call("test_tool_with_logging");
        eventually(() -> it.logged,
                containsInAnyOrder("Tool execution started", "Tool processing data", "Tool execution completed"));
        it.client.setLoggingLevel(LoggingLevel.WARNING);
        it.call("test_tool_with_logging");
        // What was said before is heard before.
        progress();
        assertThat(it.logged, hasSize(3));
        return "";
    }

    private String elicitation() {
        assertThat(it.text("test_elicitation", Map.of("message", "Well?")), containsString("\"response\":\"yes\""));
        it.action = ElicitResult.Action.DECLINE;
        assertThat(it.text("test_elicitation", Map.of("message", "Well?")), containsString("action=decline"));
        return "";
    }

    private String sampling() {
        assertThat(it.text("test_sampling", Map.of("prompt", "Capital?")), is("LLM response: Paris"));
        return "";
    }

    private String roots() {
        assertThat(it.text("test_input_required_result_list_roots", Map.of()), is("Found 2 root(s)"));
        return "";
    }

    private String resources() {
        assertThat(it.client.listResources().resources(), hasSize(3));
        assertThat(((TextResourceContents) read("test://static-text")).text(), containsString("static text"));
        String blob = ((BlobResourceContents) read("test://static-binary")).blob();
        assertThat(new String(Base64.getDecoder().decode(blob), ISO_8859_1), containsString("PNG"));
        assertThat(assertThrows(McpError.class, () -> read("test://none")).getJsonRpcError().code(), is(-32002));
        return "";
    }

    private Object read(String uri) {
        return it.client.readResource(ReadResourceRequest.builder(uri).build()).contents().getFirst();
    }

    private String templates() {
        assertThat(it.client.listResourceTemplates().resourceTemplates().stream()
                .map(ResourceTemplate::uriTemplate).toList(), contains("test://template/{id}/data"));
        assertThat(((TextResourceContents) read("test://template/7%2F8/data")).text(),
                containsString("\"id\":\"7/8\""));
        return "";
    }

    private String prompts() {
        assertThat(it.client.listPrompts().prompts(), hasSize(5));
        var prompt = it.client.getPrompt(GetPromptRequest.builder("test_prompt_with_arguments")
                .arguments(Map.of("arg1", "a", "arg2", "b")).build());
        assertThat(((TextContent) prompt.messages().getFirst().content()).text(), containsString("arg2='b'"));
        return "";
    }

    private String completion() {
        assertThat(complete(PromptReference.builder("test_prompt_with_arguments").build(), "arg1", "par"),
                contains("paris", "park", "party"));
        assertThat(complete(new ResourceReference("test://template/{id}/data"), "id", "12"), contains("123", "124"));
        return "";
    }

    private List<String> complete(CompleteReference of, String name, String value) {
        return it.client.completeCompletion(CompleteRequest.builder(of,
                new CompleteRequest.CompleteArgument(name, value)).build()).completion().values();
    }

    private String subscription() {
        it.client.subscribeResource(SubscribeRequest.builder(WATCHED).build());
        assertThatIsHeard(WATCHED, "test_trigger_resource_update");
        return "";
    }

    private String listChange() {
        assertThatIsHeard("tools", "test_trigger_tool_change");
        return "";
    }

    /** Again and again, because the client opens its stream of server messages at its leisure. */
    private void assertThatIsHeard(String change, String trigger) {
        eventually(() -> {
            it.call(trigger);
            return it.changes;
        }, hasItem(change));
    }

    private String cancel() throws InterruptedException {
        it.client.subscribeResource(SubscribeRequest.builder(CANCELLED).build());
        it.progress.clear();
        Thread running = Thread.ofVirtual().start(() -> {
            try {
                it.call("test_wait_until_cancelled");
            } catch (RuntimeException e) {
                // Nobody answers what is cancelled, so the client gives up in its time.
            }
        });
        eventually(() -> it.progress, contains(1.0));
        it.cancelLatest();
        eventually(() -> it.changes, hasItem(CANCELLED));
        call();
        running.interrupt();
        it.callStays();
        throw new JavaClients.CannotException("the client has no word for it; the notification by hand ends the tool");
    }
}
