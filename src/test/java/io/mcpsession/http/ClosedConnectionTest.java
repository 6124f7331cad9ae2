package io.mcpsession.http;

import io.mcpsession.handler.Offering;
import io.mcpsession.testing.StackTraces;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;

/** Clients of HTTP/1.1 that close their connections while a call runs, or say more than they should. */
@Timeout(60)
@TestInstance(Lifecycle.PER_CLASS)
class ClosedConnectionTest {

    private static final String BOTH = "application/json, text/event-stream";
    private static final String JSON = "application/json";
    private static final JsonObject WAIT = Json.createObjectBuilder().add("name", WaitingTool.NAME).build();
    private static final JsonObject WAIT_AND_TELL = Json.createObjectBuilder(WAIT)
            .add("_meta", Json.createObjectBuilder().add("progressToken", "p")).build();
    private static final JsonObject LISTEN = Json.createObjectBuilder().add("notifications",
            Json.createObjectBuilder().add("toolsListChanged", true)).build();
    private static final Duration AT_ONCE = Duration.ofMillis(1000);
    /** Longest silence that the server takes. */
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private static final WaitingTool TOOL = new WaitingTool();
    private TestServer server;
    private Socket socket;

    @BeforeAll
    void start() {
        Map<String, String> keys = new HashMap<>(tls());
        keys.put("server.sockets.0.connection-options.read-timeout", PATIENCE.toString());
        server = TestServer.embedded(keys, Offering.ofTools(List.of(TOOL)));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** Settings of the public socket. */
    Map<String, String> tls() {
        return Map.of();
    }

    Socket connected(String host, int port) throws IOException {
        return new Socket(host, port);
    }

    @BeforeEach
    void connect() throws IOException {
        socket = connected(server.endpoint().getHost(), server.endpoint().getPort());
        socket.setSoTimeout(10_000);
        TOOL.cancelled.set(0);
        TOOL.finished.set(0);
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        TOOL.permits.release(10);
        eventually(ClosedConnectionTest::running, is(0L));
        TOOL.permits.drainPermits();
    }

    @ParameterizedTest
    @ValueSource(strings = {BOTH, JSON})
    void cancelsACallThatHasNoStreamYet(String accept) throws IOException {
        send(accept, "tools/call", WAIT);
        eventually(TOOL.waiting::get, is(1));

        close(socket);

        assertThat(untilCancelled(), lessThan(AT_ONCE));
    }

    @Test
    void cancelsACallWithAStream() throws IOException {
        send(BOTH, "tools/call", WAIT_AND_TELL);
        read("progress");

        close(socket);

        assertThat(untilCancelled(), lessThan(AT_ONCE));
    }

    @Test
    void cancelsACallThoughItsNextRequestWasSent() throws IOException {
        send(BOTH, "tools/call", WAIT);
        send(BOTH, "tools/list", JsonObject.EMPTY_JSON_OBJECT);
        eventually(TOOL.waiting::get, is(1));

        close(socket);

        assertThat(untilCancelled(), lessThan(AT_ONCE));
    }

    @Test
    void cancelsACallOfAClientThatHasNoMoreToSayAndTakesNoStream() throws IOException {
        send(JSON, "tools/call", WAIT);
        eventually(TOOL.waiting::get, is(1));

        socket.shutdownOutput();

        assertThat(untilCancelled(), lessThan(AT_ONCE));
    }

    @Test
    void cancelsACallWhenTheConnectionIsReset() throws IOException {
        send(BOTH, "tools/call", WAIT);
        eventually(TOOL.waiting::get, is(1));

        socket.setSoLinger(true, 0);
        close(socket);

        assertThat(untilCancelled(), lessThan(AT_ONCE));
    }

    @Test
    void endsAStreamOfOneWhoListens() throws IOException {
        send(BOTH, "subscriptions/listen", LISTEN);
        read("acknowledged");
        eventually(ClosedConnectionTest::open, is(1L));

        close(socket);

        long begin = System.nanoTime();
        eventually(ClosedConnectionTest::open, is(0L));
        assertThat(since(begin), lessThan(AT_ONCE));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3500})
    void keepsNoAnswerFromAClientThatOnlyHasNoMoreToSay(int millis) throws Exception {
        send(BOTH, "tools/call", WAIT);
        eventually(TOOL.waiting::get, is(1));
        socket.shutdownOutput();
        Thread.sleep(millis);

        TOOL.permits.release();

        assertThat(read("waited"), containsString("HTTP/1.1 200"));
        assertThat(TOOL.cancelled.get(), is(0));
    }

    @Test
    void endsNoStreamOfAClientThatOnlyHasNoMoreToSay() throws IOException {
        send(BOTH, "subscriptions/listen", LISTEN);
        read("acknowledged");
        eventually(ClosedConnectionTest::open, is(1L));

        socket.shutdownOutput();

        read("(keep-alive.*){5}");
        assertThat(open(), is(1L));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 300})
    void requestsBehindACallAreAnsweredInTheirOrder(int millis) throws Exception {
        send(BOTH, "tools/call", WAIT);
        send(BOTH, "tools/list", JsonObject.EMPTY_JSON_OBJECT);
        eventually(TOOL.waiting::get, is(1));
        Thread.sleep(millis);
        send(BOTH, "server/discover", JsonObject.EMPTY_JSON_OBJECT);

        TOOL.permits.release();

        assertThat(read("waited.*\"tools\".*supportedVersions"), not(containsString("HTTP/1.1 4")));
    }

    @Test
    void requestsBehindAStreamAreAnswered() throws IOException {
        send(BOTH, "tools/call", WAIT_AND_TELL);
        read("progress");
        send(BOTH, "tools/list", JsonObject.EMPTY_JSON_OBJECT);

        TOOL.permits.release();

        read("waited.*\"tools\"");
    }

    @Test
    void theConnectionIsGoodForMoreCalls() throws Exception {
        for (int i = 0; i < 3; i++) {
            send(BOTH, "tools/call", WAIT);
            eventually(TOOL.waiting::get, is(1));
            Thread.sleep(100);
            TOOL.permits.release();
            read("waited");
            send(BOTH, "tools/list", JsonObject.EMPTY_JSON_OBJECT);
            read("\"tools\"");
        }
        assertThat(TOOL.cancelled.get(), is(0));
    }

    @Test
    void aClientMayBeSilentForAsLongAfterACallAsBeforeIt() throws Exception {
        send(BOTH, "tools/call", WAIT);
        eventually(TOOL.waiting::get, is(1));
        // Longer than a client may be silent when it is to say something.
        Thread.sleep(PATIENCE.toMillis() * 5 / 3);
        TOOL.permits.release();
        read("waited");

        long begin = System.nanoTime();
        assertThat(socket.getInputStream().read(), is(-1));
        assertThat(since(begin), greaterThan(PATIENCE.minusMillis(100)));
        assertThat(since(begin), lessThan(PATIENCE.plusMillis(1000)));
    }

    private static Duration untilCancelled() {
        long begin = System.nanoTime();
        eventually(TOOL.cancelled::get, is(1));
        return since(begin);
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static void close(Socket socket) throws IOException {
        socket.close();
    }

    /** How many streams are kept open. Metrics are of the JVM, and so of other tests as well. */
    private static long open() {
        return StackTraces.within("io.mcpsession.http.OpenStreams.run");
    }

    /** How many calls have a thread. */
    private static long running() {
        return StackTraces.within("io.mcpsession.ops.HttpCalls.filter");
    }

    private void send(String accept, String method, JsonObject params) throws IOException {
        byte[] body = Stateless.of(server.alice()).request(method, params).getBytes(UTF_8);
        StringBuilder head = new StringBuilder("POST /api/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + JSON
                + "\r\nAccept: " + accept + "\r\nAuthorization: Bearer " + TestServer.ALICE + "\r\nContent-Length: "
                + body.length + "\r\n");
        String[] said = Stateless.headers(method, params);
        for (int i = 0; i < said.length; i += 2) {
            head.append(said[i]).append(": ").append(said[i + 1]).append("\r\n");
        }
        socket.getOutputStream().write(head.append("\r\n").toString().getBytes(UTF_8));
        socket.getOutputStream().write(body);
    }

    /** What comes until there is something in it. */
    private String read(String regex) throws IOException {
        Pattern pattern = Pattern.compile(regex, Pattern.DOTALL);
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!pattern.matcher(read.toString(UTF_8)).find()) {
            int next = in.read();
            if (next < 0) {
                throw new AssertionError("the connection ended after " + read.toString(UTF_8));
            }
            read.write(next);
            // No more than there is, so that nothing is read of the next answer.
            read.writeBytes(in.readNBytes(in.available()));
        }
        return read.toString(UTF_8);
    }
}
