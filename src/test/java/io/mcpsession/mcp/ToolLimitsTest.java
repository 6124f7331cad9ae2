package io.mcpsession.mcp;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

/** How long a tool may run, how much it may answer, and how often one user may call it. */
@Timeout(60)
class ToolLimitsTest {

    private static EmbeddedRedis redis;
    private static TestServer server;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        server = TestServer.on(redis.address(), Map.of(
                "mcp.tools.timeout", "300ms", "mcp.tools.max-result-bytes", "1024",
                "mcp.tools.limits.0.tool", "rare*", "mcp.tools.limits.0.rate", "1", "mcp.tools.limits.0.burst", "2"),
                _ -> Offering.ofTools(List.of(
                        tool("slow", ToolLimitsTest::never),
                        tool("large", () -> ToolResult.text("x".repeat(2000))),
                        tool("small", () -> ToolResult.text("x".repeat(900))),
                        tool("rare_bird", () -> ToolResult.text("seen")))));
    }

    @AfterAll
    static void stop() {
        server.close();
        redis.close();
    }

    private static ToolResult never() {
        try {
            new CountDownLatch(1).await();
            return ToolResult.text("never");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aToolThatTakesTooLongIsGivenUpInBothEras() {
        for (Answer answer : List.of(server.alice().initialized().tool("slow"),
                Stateless.of(server.alice()).tool("slow"))) {
            assertThat(answer.status(), is(200));
            assertThat(answer.isToolError(), is(true));
            assertThat(answer.text(), containsString("did not finish within 300 ms"));
        }
    }

    @Test
    void aResultThatIsTooLargeIsNotSent() {
        McpClient session = server.alice().initialized();

        assertThat(session.tool("large").isToolError(), is(true));
        assertThat(session.tool("large").text(), containsString("larger than 1024 bytes"));
        assertThat(session.tool("small").isToolError(), is(false));
    }

    @Test
    void aUserWhoCallsTooOftenIsToldToWaitAndOthersAreNot() {
        McpClient session = server.alice().initialized();
        List<Boolean> failed = List.of(session.tool("rare_bird").isToolError(), session.tool("rare_bird").isToolError(),
                session.tool("rare_bird").isToolError(), session.tool("rare_bird").isToolError());

        assertThat(failed.getFirst(), is(false));
        assertThat(failed.getLast(), is(true));
        assertThat(session.tool("rare_bird").text(), containsString("too often"));
        assertThat(server.bob().initialized().tool("rare_bird").text(), is("seen"));
    }

    private static Tool tool(String name, Supplier<ToolResult> run) {
        ToolDescription description = new ToolDescription(name, name, "A tool.",
                Json.parseObject("{\"type\": \"object\"}"), Optional.empty(),
                new ToolDescription.Hints(true, false, true, false));
        return new Tool() {
            @Override
            public ToolDescription description() {
                return description;
            }

            @Override
            public ToolResult call(Call call, Arguments arguments) {
                return run.get();
            }
        };
    }
}
