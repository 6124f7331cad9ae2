package io.mcpsession.http;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** What all request bodies together may take. */
@Timeout(60)
class HeldBodiesTest {

    private static final int HELD = 2_000_000;
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(Map.of("mcp.http.held-body-bytes", "" + HELD));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Begins bodies of 400 KB that do not come to their end, as this user. */
    private static List<Socket> unfinished(int count, String token) throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket("127.0.0.1", server.endpoint().getPort());
            socket.getOutputStream().write(("POST /api/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                    + "\r\nContent-Type: application/json\r\nContent-Length: 400000\r\n\r\n" + " ".repeat(399_000))
                    .getBytes(US_ASCII));
            sockets.add(socket);
        }
        return sockets;
    }

    private static Answer padded(McpClient client, int length) {
        return client.post(PING + " ".repeat(length - PING.length()));
    }

    @Test
    void whoComesWhenTooMuchIsHeldIsToldToComeAgain() throws Exception {
        McpClient alice = server.alice().initialized();
        McpClient bob = server.bob().initialized();
        List<Socket> held = unfinished(2, TestServer.ALICE);
        held.addAll(unfinished(2, TestServer.BOB));
        try {
            eventually(() -> padded(alice, 500_000).status(), is(429));
            Answer refused = padded(alice, 500_000);
            assertThat(refused.header("Retry-After"), is(Optional.of("1")));
            assertThat("small ones need nothing of it", padded(alice, 5000).status(), is(200));
            assertThat(padded(bob, 5000).status(), is(200));
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
        eventually(() -> padded(alice, 500_000).status(), is(200));
    }

    @Test
    void oneUserLeavesAThirdOfItToTheOthers() throws Exception {
        McpClient bob = server.bob().initialized();
        List<Socket> held = unfinished(5, TestServer.ALICE);
        try {
            eventually(() -> padded(server.alice(), 300_000).status(), is(429));
            assertThat(padded(bob, 700_000).status(), is(200));
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }
}
