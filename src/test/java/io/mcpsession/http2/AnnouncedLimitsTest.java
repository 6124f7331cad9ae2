package io.mcpsession.http2;

import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.mcpsession.http2.RawHttp2.DATA;
import static io.mcpsession.http2.RawHttp2.frame;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** What is configured reaches the socket: it is announced in SETTINGS (RFC 9113, section 6.5.2), and kept. */
@Timeout(60)
class AnnouncedLimitsTest {

    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int MAX_FRAME_SIZE = 5;
    private static final int MAX_HEADER_LIST_SIZE = 6;
    private static final int FRAME_SIZE_ERROR = 6;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int LARGEST_FRAME = 65_536;
    private static final int AUTHORIZATION = 23;
    private static final int CONTENT_TYPE = 31;

    private static TestServer configured;
    private static TestServer packaged;

    /** Each with limits that no other has. */
    enum Socket {
        INTERNAL("server.protocols.http_2.", 11, TestServer::internalPort),
        PUBLIC("server.sockets.0.protocols.http_2.", 22, it -> it.endpoint().getPort()),
        ADMIN("server.sockets.1.protocols.http_2.", 33, it -> it.admin("/").getPort());

        private final String keys;
        private final int own;
        private final ToIntFunction<TestServer> port;

        Socket(String keys, int own, ToIntFunction<TestServer> port) {
            this.keys = keys;
            this.own = own;
            this.port = port;
        }

        RawHttp2 connect(TestServer server) throws IOException {
            RawHttp2 connection = RawHttp2.connect(port.applyAsInt(server));
            connection.settle();
            return connection;
        }
    }

    @BeforeAll
    static void start() {
        packaged = TestServer.with(Map.of("mcp.http.http2", "true"));
        Map<String, String> keys = new HashMap<>(Map.of("mcp.http.http2", "true"));
        for (Socket socket : Socket.values()) {
            keys.put(socket.keys + "max-concurrent-streams", "" + socket.own);
            keys.put(socket.keys + "initial-window-size", "" + (100_000 + socket.own));
            keys.put(socket.keys + "max-frame-size", "" + (17_000 + socket.own));
            keys.put(socket.keys + "max-header-list-size", "" + (9_000 + socket.own));
            keys.put(socket.keys + "max-rapid-resets", "" + socket.own);
        }
        configured = TestServer.with(keys);
    }

    @AfterAll
    static void stop() {
        configured.close();
        packaged.close();
    }

    @ParameterizedTest
    @EnumSource
    void allAreAnnounced(Socket socket) throws IOException {
        try (RawHttp2 connection = socket.connect(configured)) {
            assertThat(connection.setting(MAX_CONCURRENT_STREAMS), is(socket.own));
            assertThat(connection.setting(INITIAL_WINDOW_SIZE), is(100_000 + socket.own));
            assertThat(connection.setting(MAX_FRAME_SIZE), is(17_000 + socket.own));
            assertThat(connection.setting(MAX_HEADER_LIST_SIZE), is(9_000 + socket.own));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLargerFrameEndsTheConnection(Socket socket) throws IOException {
        try (RawHttp2 connection = socket.connect(configured)) {
            connection.begin(1, HeaderBlock.request("POST", "/none"));
            connection.send(frame(DATA, 0, 1, new byte[17_000 + socket.own + 1]));
            assertThat(connection.goAway(), is(FRAME_SIZE_ERROR));
        }
    }

    /** CVE-2023-44487. The calls wait for a body or a message, so that nothing of an answer is sent before. */
    @ParameterizedTest
    @EnumSource(names = {"INTERNAL", "PUBLIC"})
    void moreRapidResetsEndTheConnection(Socket socket) throws IOException {
        HeaderBlock waiting = socket == Socket.PUBLIC
                ? HeaderBlock.request("POST", "/api/mcp").passing(AUTHORIZATION, "Bearer " + TestServer.ALICE)
                        .passing(CONTENT_TYPE, "application/json")
                : HeaderBlock.request("POST", "/mcpsession.v1.SessionService/GetSession")
                        .passing(CONTENT_TYPE, "application/grpc");
        try (RawHttp2 connection = socket.connect(configured)) {
            for (int stream = 1; stream <= 2 * socket.own + 1; stream += 2) {
                connection.begin(stream, waiting);
                connection.cancel(stream);
            }
            assertThat(connection.goAway(), is(ENHANCE_YOUR_CALM));
        }
    }

    /** An incomplete frame is held until it is whole, for whoever sends it. */
    @ParameterizedTest
    @EnumSource
    void byDefaultFramesHaveTensOfKilobytes(Socket socket) throws IOException {
        try (RawHttp2 connection = socket.connect(packaged)) {
            assertThat(connection.setting(MAX_FRAME_SIZE), is(LARGEST_FRAME));
            connection.send(frame(DATA, 0, 1, new byte[LARGEST_FRAME + 1]));
            assertThat(connection.goAway(), is(FRAME_SIZE_ERROR));
        }
    }
}
