package io.mcpsession.connection;

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
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

/** Connections on which nobody has shown a token keep nobody out. */
@Timeout(60)
class NewcomersTest {

    private static final int CONNECTIONS = 40;

    private static Socket connect(TestServer server) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.endpoint().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String ping(Socket socket) throws IOException {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
        socket.getOutputStream().write(("POST /api/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + TestServer.ALICE + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body).getBytes(US_ASCII));
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
}
