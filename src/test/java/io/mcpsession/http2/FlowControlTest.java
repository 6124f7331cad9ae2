package io.mcpsession.http2;

import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

/** DATA to a client that keeps the books strictly (RFC 9113, section 5.2). */
@Timeout(60)
class FlowControlTest {

    private static final int OK = 8;
    private static final int STREAMS = 32;
    private static final int ROUNDS = 20;
    private static final int FIRST_WINDOW = 65_535;
    private static final long INITIAL_WINDOW_SIZE = 4;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(Map.of("mcp.http.http2", "true", "server.sockets.1.protocols.http_2.flow-control-timeout", "PT1S"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void manyStreamsAtOnceSendNoMoreThanTheConnectionHasRoomFor() throws IOException {
        try (RawHttp2 connection = admin()) {
            int given = FIRST_WINDOW;
            for (int round = 0; round < ROUNDS; round++) {
                int first = round * STREAMS * 2 + 1;
                int end = first + STREAMS * 2;
                for (int stream = first; stream < end; stream += 2) {
                    connection.request(stream, HeaderBlock.request("GET", "/metrics"));
                }
                for (int stream = first; stream < end; stream += 2) {
                    while (!connection.isEnded(stream)) {
                        connection.readFrame();
                        int left = given - connection.received();
                        assertThat("room on the connection", left, greaterThanOrEqualTo(0));
                        if (left < FIRST_WINDOW / 2) {
                            connection.give(0, FIRST_WINDOW / 2);
                            given += FIRST_WINDOW / 2;
                        }
                    }
                }
            }
            assertThat("more than one window", connection.received(), greaterThan(10 * FIRST_WINDOW));
        }
    }

    @Test
    void oneWhoDoesNotReadHoldsNobodyUp() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(server.admin("/").getPort(), INITIAL_WINDOW_SIZE, 100)) {
            for (int stream = 1; stream < 2 * STREAMS; stream += 2) {
                connection.request(stream, HeaderBlock.request("GET", "/metrics"));
            }
            int last = 2 * STREAMS + 1;
            connection.request(last, HeaderBlock.request("GET", "/metrics"));
            connection.outcome(last);
            connection.give(last, FIRST_WINDOW);
            connection.content(last);
            assertThat(connection.received(1), is(100));
            connection.settle();
        }
    }

    @Test
    void whoDoesNotReadForTooLongIsGivenUpAndTheConnectionIsGood() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(server.admin("/").getPort(), INITIAL_WINDOW_SIZE, 0)) {
            connection.request(1, HeaderBlock.request("GET", "/metrics"));
            assertThat("FLOW_CONTROL_ERROR", connection.reset(1), is(3));
            connection.request(3, HeaderBlock.request("GET", "/metrics"));
            assertThat(connection.outcome(3), is(OK));
            connection.give(3, FIRST_WINDOW);
            connection.content(3);
        }
    }

    /** Small pieces of room, as slow links give it, come to whole answers. */
    @Test
    void roomInSmallPiecesIsUsedUpToTheLastByte() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(server.admin("/").getPort(), INITIAL_WINDOW_SIZE, 1)) {
            connection.request(1, HeaderBlock.request("GET", "/metrics"));
            connection.receive(1, 1);
            connection.give(1, 2);
            connection.receive(1, 3);
            connection.give(1, 5000);
            connection.receive(1, 5003);
            connection.give(1, FIRST_WINDOW);
            connection.content(1);
        }
    }

    private static RawHttp2 admin() throws IOException {
        return RawHttp2.connect(server.admin("/").getPort());
    }
}
