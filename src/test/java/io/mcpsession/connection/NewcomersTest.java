package io.mcpsession.connection;

import io.mcpsession.http2.HeaderBlock;
import io.mcpsession.http2.RawHttp2;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Connections on which nobody has shown a token keep nobody out. */
@Timeout(60)
class NewcomersTest {

    private static final int CONNECTIONS = 40;
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

    private static Socket connect(TestServer server) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.endpoint().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String ping(Socket socket) throws IOException {
        socket.getOutputStream().write(("POST /api/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + TestServer.ALICE + "\r\nContent-Type: application/json\r\nContent-Length: " + PING.length() + "\r\n\r\n"
                + PING).getBytes(US_ASCII));
        InputStream in = socket.getInputStream();
        byte[] begin = in.readNBytes(12);
        in.skip(in.available());
        return new String(begin, US_ASCII);
    }

    @Test
    void whoSaysNothingMakesRoomForWhoComes() throws IOException {
        try (TestServer server = TestServer.with(Map.of("server.sockets.0.max-tcp-connections", "" + CONNECTIONS));
                Socket known = connect(server)) {
            assertThat(ping(known), is("HTTP/1.1 200"));
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                silent.add(connect(server));
            }

            try (Socket late = connect(server)) {
                assertThat(ping(late), is("HTTP/1.1 200"));
            }
            assertThat("who has shown a token stays", ping(known), startsWith("HTTP/1.1 200"));
            assertThat("the eldest is closed", silent.getFirst().getInputStream().read(), is(-1));
            assertThat("the newest is not", ping(silent.getLast()), is("HTTP/1.1 200"));
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void theSameIsTrueOfHttp2() throws Exception {
        try (TestServer server = TestServer.with(Map.of("server.sockets.0.max-tcp-connections", "" + CONNECTIONS,
                "mcp.http.http2", "true")); RawHttp2 known = RawHttp2.connect(server.endpoint().getPort())) {
            pingOn(known, 1);
            List<RawHttp2> silent = new ArrayList<>();
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                silent.add(RawHttp2.connect(server.endpoint().getPort()));
            }

            try (Socket late = connect(server)) {
                assertThat(ping(late), is("HTTP/1.1 200"));
            }
            pingOn(known, 3);
            assertThrows(IOException.class, () -> silent.getFirst().settle(), "the eldest is closed");
            pingOn(silent.getLast(), 1);
            for (RawHttp2 connection : silent) {
                connection.close();
            }
        }
    }

    private static void pingOn(RawHttp2 connection, int stream) throws IOException {
        byte[] body = PING.getBytes(US_ASCII);
        connection.begin(stream, HeaderBlock.request("POST", "/api/mcp").passing("authorization", "Bearer " + TestServer.ALICE)
                .passing("content-type", "application/json"));
        connection.send(RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, body));
        assertThat(connection.content(stream), containsString("\"result\""));
    }
}
