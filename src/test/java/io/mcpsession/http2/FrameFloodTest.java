package io.mcpsession.http2;

import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.mcpsession.http2.RawHttp2.CONTINUATION;
import static io.mcpsession.http2.RawHttp2.DATA;
import static io.mcpsession.http2.RawHttp2.END_HEADERS;
import static io.mcpsession.http2.RawHttp2.HEADERS;
import static io.mcpsession.http2.RawHttp2.PING;
import static io.mcpsession.http2.RawHttp2.PRIORITY_FRAME;
import static io.mcpsession.http2.RawHttp2.RST_STREAM;
import static io.mcpsession.http2.RawHttp2.SETTINGS;
import static io.mcpsession.http2.RawHttp2.WINDOW_UPDATE;
import static io.mcpsession.http2.RawHttp2.frame;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Frames that only make work (RFC 9113, section 10.5). */
@Timeout(120)
class FrameFloodTest {

    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int NOT_FOUND = 13;
    private static final int RESETS = 300;

    private static TestServer server;

    /** What is sent again and again. */
    enum Kind {
        PINGS(_ -> frame(PING, 0, 0, new byte[8])),
        PING_ACKS(_ -> frame(PING, 1, 0, new byte[8])),
        SETTINGS_FRAMES(_ -> frame(SETTINGS, 0, 0)),
        SETTINGS_ACKS(_ -> frame(SETTINGS, 1, 0)),
        WINDOW_UPDATES(_ -> frame(WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1})),
        PRIORITIES(_ -> frame(PRIORITY_FRAME, 0, 3, new byte[5])),
        UNKNOWN_TYPES(_ -> frame(0x42, 0, 0)),
        EMPTY_DATA(i -> i == 0 ? begun(1) : frame(DATA, 0, 1)),
        CONTINUATIONS(i -> i == 0 ? frame(HEADERS, 0, 1, HeaderBlock.request().bytes()) : frame(CONTINUATION, 0, 1)),
        RESETS_OF_WHAT_IS_OVER(i -> i == 0 ? begun(1) : reset(1)),
        RAPID_RESETS(i -> i % 2 == 0 ? begun(i + 1) : reset(i)),
        RESETS_THAT_THE_SERVER_IS_MADE_TO_SEND(i -> i % 2 == 0 ? begun(i + 1) : frame(WINDOW_UPDATE, 0, i, new byte[4])),
        TRAILERS_WITHOUT_END(i -> i % 2 == 0 ? begun(i + 1) : begun(i));

        private final IntFunction<byte[]> next;

        Kind(IntFunction<byte[]> next) {
            this.next = next;
        }

        private static byte[] begun(int stream) {
            return frame(HEADERS, END_HEADERS, stream, HeaderBlock.request().bytes());
        }

        private static byte[] reset(int stream) {
            return frame(RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) 8);
        }
    }

    @BeforeAll
    static void start() {
        server = TestServer.with(Map.of("mcp.http.http2", "true",
                "server.protocols.http_2.max-rapid-resets", Integer.toString(RESETS),
                "server.sockets.0.protocols.http_2.max-rapid-resets", Integer.toString(RESETS)));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void assertThatItEndsAlone(int port, Kind kind) throws IOException {
        try (RawHttp2 other = RawHttp2.connect(port); RawHttp2 connection = RawHttp2.connect(port)) {
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 4 * FrameAllowance.MOST; i++) {
                        connection.send(kind.next.apply(i));
                    }
                } catch (IOException e) {
                    // Closed, which is what shall happen.
                }
            });
            assertThat(connection.goAway(), is(ENHANCE_YOUR_CALM));
            sender.interrupt();
            other.request(1, HeaderBlock.request("GET", "/nothing"));
            assertThat(other.outcome(1), is(NOT_FOUND));
        }
    }

    @ParameterizedTest
    @EnumSource
    void endTheirConnectionAloneOnTheInternalSocket(Kind kind) throws IOException {
        assertThatItEndsAlone(server.internalPort(), kind);
    }

    @ParameterizedTest
    @EnumSource
    void endTheirConnectionAloneOnThePublicSocketWhereItSpeaksHttp2(Kind kind) throws IOException {
        assertThatItEndsAlone(server.endpoint().getPort(), kind);
    }

    @Test
    void whatGoesWithRequestsIsAllowed() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(server.internalPort())) {
            int frames = 0;
            for (int stream = 1; frames < 2 * FrameAllowance.MOST; stream += 2) {
                connection.request(stream, HeaderBlock.request("GET", "/nothing"));
                for (int i = 0; i < FrameAllowance.FOR_TRAFFIC; i++, frames++) {
                    connection.ping();
                }
                assertThat(connection.outcome(stream), is(NOT_FOUND));
            }
        }
    }
}
