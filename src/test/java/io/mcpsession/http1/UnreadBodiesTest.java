package io.mcpsession.http1;

import io.mcpsession.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

/** What a connection of HTTP/1.1 may send before anybody knows who it is, and what it holds meanwhile. */
@Timeout(60)
class UnreadBodiesTest {

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final String CLOSE = "connection: close";
    private static final int PLACES = 2;

    private static TestServer server;

    enum Door {
        PUBLIC("/api/mcp", it -> it.endpoint().getPort()), NOWHERE("/none", it -> it.endpoint().getPort()), INTERNAL("/", TestServer::internalPort),
        ADMIN("/health", it -> it.admin("/").getPort());

        private final String path;
        private final ToIntFunction<TestServer> port;

        Door(String path, ToIntFunction<TestServer> port) {
            this.path = path;
            this.port = port;
        }
    }

    @BeforeAll
    static void start() {
        server = TestServer.with(Map.of("server.sockets.0.max-concurrent-requests", "" + PLACES,
                "server.max-concurrent-requests", "" + PLACES, "server.sockets.1.max-concurrent-requests", "" + PLACES));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** One that speaks byte by byte, as wanted. */
    private static final class Raw implements AutoCloseable {

        private final Socket socket;
        private final BufferedReader in;

        private Raw(int port) {
            try {
                socket = new Socket("127.0.0.1", port);
                socket.setSoTimeout(10_000);
                socket.setTcpNoDelay(true);
                in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static Raw connect() {
            return new Raw(server.endpoint().getPort());
        }

        Raw send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
            return this;
        }

        /** Status line and headers in lower case, one a line; a body with a length is read as well. */
        String answer() throws IOException {
            StringBuilder head = new StringBuilder();
            int length = 0;
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                head.append(line.toLowerCase(Locale.ROOT)).append('\n');
                if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(line.substring(15).trim());
                }
            }
            for (int i = 0; i < length; i++) {
                in.read();
            }
            return head.toString();
        }

        boolean isClosed() throws IOException {
            return in.read() < 0;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static String post(String path, String... headers) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + String.join("", headers) + "\r\n";
    }

    private static String authorized(String... headers) {
        return post("/api/mcp", "Authorization: Bearer " + TestServer.ALICE + "\r\n", String.join("", headers));
    }

    @ParameterizedTest
    @EnumSource
    void whoIsRefusedIsNotWaitedForWhateverItAnnounces(Door of) throws IOException {
        for (String framing : new String[] {"Transfer-Encoding: chunked\r\n", "Content-Length: 1000\r\n"}) {
            try (Raw client = new Raw(of.port.applyAsInt(server))) {
                long begin = System.nanoTime();
                String answer = client.send(post(of.path, framing)).answer();

                assertThat(answer, startsWith("http/1.1 4"));
                assertThat(answer, containsString(CLOSE));
                assertThat("closed", client.isClosed());
                assertThat(Duration.ofNanos(System.nanoTime() - begin), is(lessThan(Duration.ofSeconds(5))));
            }
        }
    }

    /** Each would keep a place for as long as its body may take. */
    @ParameterizedTest
    @EnumSource
    void theyTakeNoPlacesFromOthers(Door of) throws IOException {
        Raw[] waiting = new Raw[3 * PLACES];
        for (int i = 0; i < waiting.length; i++) {
            waiting[i] = new Raw(of.port.applyAsInt(server)).send(post(of.path, "Content-Length: 1000\r\n"));
            assertThat(waiting[i].answer(), not(startsWith("http/1.1 503")));
        }
        for (Raw client : waiting) {
            client.close();
        }
    }

    @Test
    void theyMaySendOnForAMomentAndReadTheAnswer() throws IOException {
        try (Raw client = Raw.connect()) {
            client.send(post("/api/mcp", "Transfer-Encoding: chunked\r\n") + "7fffff\r\n");
            for (int i = 0; i < 64; i++) {
                client.send("x".repeat(8192));
            }
            assertThat(client.answer(), startsWith("http/1.1 401 "));
        }
    }

    @Test
    void whoHasSentItsBodyKeepsItsConnection() throws IOException {
        try (Raw client = Raw.connect()) {
            String answer = client.send(post("/api/mcp", "Content-Length: " + PING.length() + "\r\n") + PING).answer();
            assertThat(answer, startsWith("http/1.1 401 "));
            assertThat(answer, not(containsString(CLOSE)));

            assertThat(client.send(authorized("Content-Length: " + PING.length() + "\r\n") + PING).answer(),
                    startsWith("http/1.1 200 "));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8191, 8192, 1_000_000})
    void chunksOfAnySizeAreRead(int size) throws IOException {
        String body = PING + " ".repeat(size == 1 ? 100 : 2_000_000);
        StringBuilder chunks = new StringBuilder();
        for (int from = 0; from < body.length(); from += size) {
            String chunk = body.substring(from, Math.min(body.length(), from + size));
            chunks.append(Integer.toHexString(chunk.length())).append("\r\n").append(chunk).append("\r\n");
            if (size == 7 && from > 100_000) {
                break;
            }
        }
        try (Raw client = Raw.connect()) {
            for (int i = 0; i < 2; i++) {
                String answer = client.send(authorized("Transfer-Encoding: chunked\r\n") + chunks + "0\r\n\r\n").answer();
                assertThat(answer, startsWith("http/1.1 200 "));
                assertThat(answer, not(containsString(CLOSE)));
            }
        }
    }

    @Test
    void aRequestInSingleBytesIsServed() throws IOException {
        String request = authorized("Transfer-Encoding: chunked\r\n") + Integer.toHexString(PING.length()) + "\r\n" + PING
                + "\r\n0\r\n\r\n";
        try (Raw client = Raw.connect()) {
            for (char c : (request + request).toCharArray()) {
                client.send(String.valueOf(c));
            }
            assertThat(client.answer(), startsWith("http/1.1 200 "));
            assertThat(client.answer(), startsWith("http/1.1 200 "));
        }
    }

    @Test
    void requestsOneAfterTheOtherAreServedInTheirOrder() throws IOException {
        String request = authorized("Content-Length: " + PING.length() + "\r\n") + PING;
        try (Raw client = Raw.connect()) {
            client.send(request.repeat(100));
            for (int i = 0; i < 100; i++) {
                assertThat(client.answer(), startsWith("http/1.1 200 "));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fffffffff", "-1", "+1", "0x10", " 1", "1 ", "1;extension=1", "", "\u0661"})
    void aSizeThatIsNoneIsRefused(String size) throws IOException {
        try (Raw client = Raw.connect()) {
            String answer = client.send(authorized("Transfer-Encoding: chunked\r\n") + size + "\r\n" + "x".repeat(100)).answer();

            assertThat(answer, startsWith("http/1.1 400 "));
            assertThat("closed", client.isClosed());
        }
    }

    /** Nothing bounds it by itself. */
    @Test
    void aSizeWithoutAnEndIsRefused() throws IOException {
        try (Raw client = Raw.connect()) {
            String answer = client.send(authorized("Transfer-Encoding: chunked\r\n") + "0".repeat(2000)).answer();

            assertThat(answer, startsWith("http/1.1 400 "));
        }
    }

    @Test
    void headersWithoutNumberAreRefused() throws IOException {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 195; i++) {
            many.append("h").append(i).append(":\r\n");
        }
        try (Raw client = Raw.connect()) {
            assertThat(client.send("OPTIONS /api/mcp HTTP/1.1\r\nHost: localhost\r\n" + many + "\r\n").answer(),
                    startsWith("http/1.1 204 "));
            assertThat(client.send("OPTIONS /api/mcp HTTP/1.1\r\nHost: localhost\r\n" + many + many + "\r\n").answer(),
                    startsWith("http/1.1 431 "));
        }
    }
}
