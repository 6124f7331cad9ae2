package io.mcpsession;

import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** A process whose standard error nobody reads. A pipe holds 64 KB. */
class UnreadLogTest {

    private static final int SESSIONS = 1_000;

    @Test
    void callsAreServedAndNothingIsLostOnceSomebodyReads() {
        try (ChildServer child = ChildServer.startUnread(Map.of("MCP_DEV_TOKEN", TestServer.ALICE))) {
            McpClient client = child.client(TestServer.ALICE);
            for (int i = 0; i < SESSIONS; i++) {
                // Each is an audit line of some 200 bytes.
                assertThat("session " + i, client.call("initialize").status(), is(200));
            }
            child.read();
            child.terminate();
            assertThat(child.exitStatus(Duration.ofSeconds(30)), is(143));
            assertThat(child.errors().lines().filter(line -> line.contains("event=session.create")).count(),
                    is((long) SESSIONS));
        }
    }

    @Test
    void sigtermEndsItAllTheSame() {
        try (ChildServer child = ChildServer.startUnread(Map.of("MCP_DEV_TOKEN", TestServer.ALICE))) {
            McpClient client = child.client(TestServer.ALICE);
            for (int i = 0; i < SESSIONS; i++) {
                client.call("initialize");
            }
            child.terminate();
            assertThat(child.exitStatus(Duration.ofSeconds(30)), is(143));
        }
    }
}
