package io.mcpsession.grpc;

import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.mcpsession.grpc.OddCall.End;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.GetSessionRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Level;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** What is wrong with a message is told its caller, whichever method it calls, and nobody's log. */
class MessageFaultsTest {

    private static final String GET_SESSION = "/mcpsession.v1.SessionService/GetSession";
    private static final String HEALTH = "/grpc.health.v1.Health/Check";
    /** What application.yaml says. */
    private static final int LONGEST = 1 << 20;
    /** Field 1 as a text that is no UTF-8. */
    private static final byte[] NO_UTF8 = {10, 2, (byte) 0xc0, (byte) 0x80};
    /** Field 1 announces more than there is. */
    private static final byte[] NO_PROTOBUF = {10, 100, 1};

    private static EventLoopGroup group;
    private static TestServer server;
    private LogCapture log;

    @BeforeAll
    static void start() {
        group = new NioEventLoopGroup(1);
        server = TestServer.embedded();
    }

    @AfterAll
    static void stop() {
        server.close();
        group.shutdownGracefully();
    }

    @BeforeEach
    void listen() {
        log = new LogCapture("io");
    }

    @AfterEach
    void nothingWasLogged() {
        log.close();
        assertThat(log.at(Level.SEVERE), is(empty()));
        assertThat(log.at(Level.WARNING), is(empty()));
    }

    static List<String> methods() {
        return List.of("/mcpsession.v1.SessionService/CreateSession", GET_SESSION,
                "/mcpsession.v1.SessionService/ValidateSession",
                "/mcpsession.v1.SessionService/BatchValidateSessions", "/mcpsession.v1.SessionService/TouchSession",
                "/mcpsession.v1.SessionService/KeepAlive", "/mcpsession.v1.SessionService/UpdateSession",
                "/mcpsession.v1.SessionService/DeleteSession", "/mcpsession.v1.SessionService/ListSessions",
                "/mcpsession.v1.SessionService/CountSessions", "/mcpsession.v1.SessionService/WatchSessions",
                "/mcpsession.v1.SessionService/RevokeUserSessions", HEALTH, "/grpc.health.v1.Health/Watch",
                "/envoy.service.auth.v3.Authorization/Check",
                "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void whatIsNoProtobufIsAnInvalidArgument(String method) throws Exception {
        assertFault(call(method, "", message(0, NO_PROTOBUF)), 3, "REQUEST_UNREADABLE");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aMessageAboveTheLimitIsRefusedAsTooLarge(String method) throws Exception {
        assertFault(call(method, "", message(0, new byte[LONGEST + 1])), 8, "MESSAGE_TOO_LARGE");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void whatInflatesAboveTheLimitIsRefusedAsTooLarge(String method) throws Exception {
        assertFault(call(method, "gzip", message(1, gzip(new byte[LONGEST + 1]))), 8, "MESSAGE_TOO_LARGE");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aCompressedMessageIsReadInHoweverManyFramesItComes(String method) throws Exception {
        assertFault(call(method, "gzip", inPieces(message(1, gzip(NO_PROTOBUF)), 3)), 3, "REQUEST_UNREADABLE");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aCallThatEndsWithinAMessageIsAnInvalidArgument(String method) throws Exception {
        byte[] whole = message(0, new byte[100]);
        assertFault(call(method, "", Arrays.copyOf(whole, 50)), 3, "REQUEST_UNREADABLE");
        assertFault(call(method, "", Arrays.copyOf(whole, 3)), 3, "REQUEST_UNREADABLE");
    }

    @Test
    void aTextThatIsNoUtf8IsAnInvalidArgument() throws Exception {
        assertFault(call(GET_SESSION, "", message(0, NO_UTF8)), 3, "REQUEST_UNREADABLE");
    }

    @Test
    void aMessageOfTheLargestSizeIsRead() throws Exception {
        byte[] largest = padded(LONGEST);

        assertFault(call(GET_SESSION, "", message(0, largest)), 3, "SESSION_ID_MALFORMED");
        assertFault(call(GET_SESSION, "gzip", message(1, gzip(largest))), 3, "SESSION_ID_MALFORMED");
        assertFault(call(GET_SESSION, "gzip", message(0, largest)), 3, "SESSION_ID_MALFORMED");
    }

    @Test
    void inflatingStopsAtTheLimit() throws Exception {
        byte[] bomb = gzipOfZeros(500_000_000);
        long begin = System.nanoTime();

        assertFault(call(HEALTH, "gzip", message(1, bomb)), 8, "MESSAGE_TOO_LARGE");

        long took = (System.nanoTime() - begin) / 1_000_000;
        begin = System.nanoTime();
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bomb))) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        long inflating = (System.nanoTime() - begin) / 1_000_000;
        System.out.println("bomb of " + bomb.length + " bytes refused in " + took + " ms; inflating takes " + inflating);
        assertThat(took, is(lessThan(inflating)));
    }

    @ParameterizedTest
    @ValueSource(ints = {LONGEST + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void aLengthAboveTheLimitIsRefusedBeforeTheMessageComes(int length) throws Exception {
        byte[] prefix = ByteBuffer.allocate(5).put((byte) 0).putInt(length).array();

        assertFault(call(HEALTH, "", prefix), 8, "MESSAGE_TOO_LARGE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "identity"})
    void aCompressedMessageOfACallThatDoesNotSayHowIsInternal(String encoding) throws Exception {
        assertFault(call(HEALTH, encoding, message(1, gzip(new byte[0]))), 13, "ENCODING_MISSING");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 128, 255})
    void anotherFlagThanThatOfCompressionIsAnInvalidArgument(int flag) throws Exception {
        assertFault(call(HEALTH, "gzip", message(flag, new byte[0])), 3, "REQUEST_UNREADABLE");
    }

    @Test
    void whatCannotBeInflatedIsInternal() throws Exception {
        byte[] good = gzip(HealthCheckRequest.getDefaultInstance().toByteArray());
        assertFault(call(HEALTH, "gzip", message(1, new byte[30])), 13, "MESSAGE_CORRUPT");
        assertFault(call(HEALTH, "gzip", message(1, Arrays.copyOf(good, good.length - 9))), 13, "MESSAGE_CORRUPT");
    }

    @Test
    void anEmptyMessageMayBeCompressed() throws Exception {
        assertThat(call(HEALTH, "gzip", message(1, gzip(new byte[0]))).get("grpc-status"), is("0"));
        assertThat(call(HEALTH, "gzip", message(1, new byte[0])).get("grpc-status"), is("0"));
    }

    @Test
    void aCallWithOneMessageMayNotHaveAnother() throws Exception {
        byte[] message = message(0, request("x"));
        assertFault(call("/mcpsession.v1.SessionService/WatchSessions", "", join(message(0, new byte[0]),
                message(0, new byte[0]))), 3, "REQUEST_UNREADABLE");
        assertFault(call(GET_SESSION, "", join(message, message)), 3, "REQUEST_UNREADABLE");
    }

    @Test
    void aCallWithOneMessageMustHaveIt() throws Exception {
        assertFault(call(GET_SESSION, ""), 3, "REQUEST_UNREADABLE");
        assertFault(call(GET_SESSION, "", new byte[0]), 3, "REQUEST_UNREADABLE");
    }

    private static void assertFault(Map<String, String> answer, int status, String reason) throws Exception {
        assertThat(answer.get(":status"), is("200"));
        assertThat(answer.get("content-type"), is("application/grpc"));
        assertThat(answer.get("grpc-status"), is(Integer.toString(status)));
        Status details = Status.parseFrom(Base64.getDecoder().decode(answer.get("grpc-status-details-bin")));
        ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
        assertThat(info.getReason(), is(reason));
        assertThat(info.getDomain(), is("mcpsession.v1.SessionService"));
    }

    private static Map<String, String> call(String method, String encoding, byte[]... frames) throws Exception {
        List<String> headers = new ArrayList<>(List.of(":method", "POST", ":scheme", "http", ":path", method,
                ":authority", "localhost", "content-type", "application/grpc", "te", "trailers"));
        if (!encoding.isEmpty()) {
            headers.addAll(List.of("grpc-encoding", encoding));
        }
        try (Http2Caller caller = new Http2Caller(group, server.internalPort())) {
            return caller.answer(new OddCall(headers, List.of(frames), End.FINISHED));
        }
    }

    private static byte[] message(int flag, byte[] content) {
        return ByteBuffer.allocate(5 + content.length).put((byte) flag).putInt(content.length).put(content).array();
    }

    private static byte[] request(String session) {
        return GetSessionRequest.newBuilder().setSessionId(session).build().toByteArray();
    }

    /** A request of exactly so many bytes, which gzip does not make smaller than a frame. */
    private static byte[] padded(int length) {
        byte[] random = new byte[(length - 16) / 4 * 3 - 3];
        new Random(1).nextBytes(random);
        String text = Base64.getEncoder().encodeToString(random);
        byte[] request = request(text + "x".repeat(length - text.length() - 4));
        assertThat(request.length, is(length));
        return request;
    }

    private static byte[] join(byte[] one, byte[] other) {
        return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
    }

    private static byte[][] inPieces(byte[] bytes, int size) {
        return Stream.iterate(0, at -> at < bytes.length, at -> at + size)
                .map(at -> Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size))).toArray(byte[][]::new);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] gzipOfZeros(long count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] zeros = new byte[1 << 20];
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            for (long left = count; left > 0; left -= zeros.length) {
                out.write(zeros, 0, (int) Math.min(left, zeros.length));
            }
        }
        return bytes.toByteArray();
    }
}
