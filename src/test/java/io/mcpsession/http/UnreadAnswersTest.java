package io.mcpsession.http;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolDescription.Hints;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Calls whose large results nobody reads. */
@Timeout(60)
class UnreadAnswersTest {

    private static final int LARGE = 3_500_000;
    private static final String CALL = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"large"}}""";
    /** So that one large answer has its share. */
    private static final String QUEUED = "16000000";

    private final List<Socket> sockets = new ArrayList<>();
    private TestServer server;
    private McpClient alice;
    private McpClient bob;

    @BeforeEach
    void start() {
        server = TestServer.embedded(Map.of("mcp.limits.open.queued-bytes", QUEUED, "mcp.http.read-patience", "3s",
                "mcp.http.http2", "true"),
                Offering.ofTools(List.of(new LargeTool())));
        alice = server.alice().initialized();
        bob = server.bob().initialized();
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    /** Sends a call, and reads nothing. */
    private void callDeaf(McpClient client) throws IOException {
        URI uri = client.endpoint();
        Socket socket = new Socket();
        socket.setReceiveBufferSize(8192);
        socket.setSoTimeout(3000);
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
        sockets.add(socket);
        socket.getOutputStream().write(("POST " + uri.getPath() + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                + client.header("Authorization") + "\r\nMcp-Session-Id: " + client.header("Mcp-Session-Id")
                + "\r\nAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: " + CALL.length()
                + "\r\n\r\n" + CALL).getBytes(US_ASCII));
    }

    @Test
    void aLargeAnswerSaysHowLongItIs() {
        Answer answer = bob.post(CALL);

        assertThat(answer.text().length(), is(LARGE));
        assertThat(answer.header("Content-Length").isPresent(), is(true));
        assertThat(answer.header("Transfer-Encoding").isPresent(), is(false));
        assertThat("the connection serves on", bob.call("ping").status(), is(200));
    }

    @Test
    void aLargeAnswerComesOverHttp2Too() throws Exception {
        try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            http.send(HttpRequest.newBuilder(bob.endpoint()).method("OPTIONS", BodyPublishers.noBody()).build(),
                    BodyHandlers.discarding());

            HttpResponse<String> answer = http.send(bob.to(HttpRequest.newBuilder(bob.endpoint()))
                    .header("Accept", "application/json").header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(CALL)).build(), BodyHandlers.ofString());

            assertThat(answer.version(), is(HttpClient.Version.HTTP_2));
            assertThat(answer.body().length(), is(greaterThan(LARGE)));
            assertThat(answer.headers().firstValueAsLong("Content-Length").getAsLong(), is((long) answer.body().length()));
        }
    }

    @Test
    void areBoundedForEachUserAndEndAfterAWhile() throws IOException {
        for (int i = 0; i < 3; i++) {
            callDeaf(alice);
        }

        eventually(() -> alice.post(CALL).status(), is(429));
        assertThat(alice.call("ping").status(), is(200));
        assertThat(bob.post(CALL).text().length(), is(LARGE));

        // Once its patience with those is over.
        eventually(() -> alice.post(CALL).status(), is(200));
        // What the system of this machine took whole has nothing that waits.
        assertThat("an answer that came so far and no further",
                sockets.stream().mapToInt(UnreadAnswersTest::received).min().orElseThrow(), is(lessThan(LARGE)));
    }

    /** How many bytes came before the connection ended, or nothing came any more. */
    private static int received(Socket socket) {
        int count = 0;
        try {
            byte[] buffer = new byte[65_536];
            for (int read = 0; read >= 0; read = socket.getInputStream().read(buffer)) {
                count += read;
            }
        } catch (IOException e) {
            // Reset is ended too, and so is a connection that was answered and is kept.
        }
        return count;
    }

    private static final class LargeTool implements Tool {

        @Override
        public ToolDescription description() {
            return new ToolDescription("large", "large", "large", JsonValue.EMPTY_JSON_OBJECT, Optional.empty(),
                    new Hints(true, false, true, false));
        }

        @Override
        public ToolResult call(Call call, Arguments arguments) {
            return ToolResult.text("x".repeat(LARGE));
        }
    }
}
