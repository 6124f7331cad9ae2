package io.mcpsession.http2;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.StackTraces;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

/** A refusal waits for nobody, be it for room or for the body. */
@Timeout(60)
class RefusalsWithoutRoomTest {

    private static final int PLACES = 2;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(Map.of("mcp.http.http2", "true", "server.sockets.0.max-concurrent-requests", "" + PLACES,
                "server.sockets.0.protocols.http_2.max-concurrent-streams", "1000"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawHttp2 withoutRoom() throws IOException {
        return RawHttp2.connect(server.endpoint().getPort(), INITIAL_WINDOW_SIZE, 0);
    }

    private static Answer ping() {
        return McpClient.of(server.endpoint(), TestServer.ALICE).post(PING);
    }

    private static String status(RawHttp2 connection, int stream) throws IOException {
        connection.request(stream, HeaderBlock.request("GET", "/api/mcp"));
        return connection.headers(stream).status().toString();
    }

    @Test
    void takesNoPlaceFromOthers() throws IOException {
        try (RawHttp2 connection = withoutRoom()) {
            AtomicInteger stream = new AtomicInteger(1);
            for (int i = 0; i < 5 * PLACES; i++) {
                // A place is free again a moment after its answer.
                eventually(() -> status(connection, stream.getAndAdd(2)), is("401"));
            }
            eventually(() -> ping().status(), is(200));
        }
    }

    @Test
    void comesWholeWhenThereIsRoom() throws IOException {
        try (RawHttp2 connection = withoutRoom()) {
            connection.request(1, HeaderBlock.request("GET", "/api/mcp"));
            connection.request(3, HeaderBlock.request("GET", "/api/mcp"));
            assertThat(connection.headers(1).status().toString(), is("401"));
            assertThat(connection.headers(3).status().toString(), is("401"));
            assertThat(connection.received(), is(0));

            connection.give(3, 10);
            connection.give(3, 10_000);
            assertThat(connection.content(3), containsString("jsonrpc"));
            assertThat(connection.received(1), is(0));

            connection.settings(INITIAL_WINDOW_SIZE, 65_535);
            assertThat(connection.content(1), containsString("jsonrpc"));
        }
    }

    /** Without the client's room they would be kept for as long as its connection lives. */
    @Test
    void onlySomeAreKept() throws IOException {
        try (RawHttp2 connection = withoutRoom()) {
            int stream = 1;
            for (; stream < 1800; stream += 2) {
                connection.request(stream, HeaderBlock.request("GET", "/api/mcp"));
                connection.headers(stream);
            }
            connection.request(stream, HeaderBlock.request("GET", "/api/mcp"));
            assertThat(connection.reset(stream), is(ENHANCE_YOUR_CALM));
        }
    }

    @Test
    void aBodyThatNobodyNeedsIsNotWaitedFor() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(server.endpoint().getPort())) {
            for (int stream = 1; stream < 100; stream += 2) {
                connection.begin(stream, HeaderBlock.request("POST", "/api/mcp"));
                assertThat(connection.content(stream), containsString("jsonrpc"));
            }
            eventually(() -> StackTraces.within("io.helidon.webserver.http2.Http2ServerStream.readEntityFromPipeline"), is(0L));
            assertThat(ping().status(), is(200));
        }
    }
}
