package io.mcpsession.http2;

import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.mcpsession.http2.RawHttp2.CONTINUATION;
import static io.mcpsession.http2.RawHttp2.DATA;
import static io.mcpsession.http2.RawHttp2.END_HEADERS;
import static io.mcpsession.http2.RawHttp2.END_STREAM;
import static io.mcpsession.http2.RawHttp2.HEADERS;
import static io.mcpsession.http2.RawHttp2.PADDED;
import static io.mcpsession.http2.RawHttp2.frame;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** What makes Helidon 4.5.0 run, or wait, for ever when it reaches it. Nobody needs to be known to send it. */
@Timeout(60)
class Http2GuardTest {

    private static final int AUTHORIZATION = 23;
    private static final int CONTENT_TYPE = 31;
    private static final int OK = 8;
    private static final int BAD_REQUEST = 12;
    private static final int NOT_FOUND = 13;
    private static final int PROTOCOL_ERROR = -1;
    private static final String TOO_LARGE = "v".repeat(5000);

    private static TestServer server;

    /** The sockets of the server. */
    enum Socket {
        PUBLIC(it -> it.endpoint().getPort()), INTERNAL(TestServer::internalPort), ADMIN(it -> it.admin("/").getPort());

        private final ToIntFunction<TestServer> port;

        Socket(ToIntFunction<TestServer> port) {
            this.port = port;
        }

        int port() {
            return port.applyAsInt(server);
        }
    }

    @BeforeAll
    static void start() {
        server = TestServer.with(Map.of("mcp.http.http2", "true"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void whoeverCallsProperlyIsServed() throws IOException {
        server.alice().call("initialize").session();
        try (RawHttp2 connection = RawHttp2.connect(Socket.ADMIN.port())) {
            connection.request(1, HeaderBlock.request("GET", "/health/live"));
            assertThat(connection.outcome(1), is(OK));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHeaderLargerThanItsTableIsServed(Socket socket) throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(socket.port())) {
            connection.request(1, HeaderBlock.request("POST", "/none").remembered("x-large", TOO_LARGE));
            assertThat(connection.outcome(1), is(NOT_FOUND));
            connection.request(3, HeaderBlock.request("POST", "/none"));
            assertThat(connection.outcome(3), is(NOT_FOUND));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTableOfNothingIsServed(Socket socket) throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(socket.port())) {
            connection.request(1, HeaderBlock.empty().tableOf(0).and(HeaderBlock.request("POST", "/none"))
                    .remembered("x-small", "1"));
            assertThat(connection.outcome(1), is(NOT_FOUND));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionThatBecomesHttp2IsGuardedAsWell(Socket socket) throws IOException {
        try (RawHttp2 connection = RawHttp2.upgrade(socket.port())) {
            assertThat(connection.outcome(1), not(OK));
            connection.request(3, HeaderBlock.request("POST", "/none").remembered("x-large", TOO_LARGE));
            assertThat(connection.outcome(3), is(NOT_FOUND));
        }
    }

    @Test
    void headersInPiecesAreServed() throws IOException {
        HeaderBlock headers = HeaderBlock.request("POST", "/none").remembered("x-large", TOO_LARGE);
        try (RawHttp2 connection = RawHttp2.connect(Socket.PUBLIC.port())) {
            connection.send(RawHttp2.halves(1, headers.bytes(), 2500));
            assertThat(connection.outcome(1), is(NOT_FOUND));
            connection.drip(RawHttp2.halves(3, headers.bytes(), 3));
            assertThat(connection.outcome(3), is(NOT_FOUND));
        }
    }

    @Test
    void paddingIsNoPartOfTheHeaders() throws IOException {
        byte[] headers = HeaderBlock.request("POST", "/none").remembered("x-large", TOO_LARGE).bytes();
        try (RawHttp2 connection = RawHttp2.connect(Socket.PUBLIC.port())) {
            connection.send(frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1,
                    HeaderBlock.empty().raw((byte) 3).raw(headers).raw((byte) 0, (byte) 0, (byte) 0).bytes()));
            assertThat(connection.outcome(1), is(NOT_FOUND));
        }
    }

    /** Were the tables of both sides not the same, one header would be taken for another. */
    @Test
    void whatIsRememberedAfterwardsIsFoundAgain() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(Socket.PUBLIC.port())) {
            connection.request(1, delete().remembered("x-before", "1").remembered(AUTHORIZATION, "Bearer nobody"));
            assertThat("unauthorized", connection.outcome(1), not(BAD_REQUEST));
            connection.request(3, delete().remembered("x-large", TOO_LARGE));
            assertThat("unauthorized", connection.outcome(3), not(BAD_REQUEST));
            connection.request(5, delete().remembered(AUTHORIZATION, "Bearer " + TestServer.ALICE).remembered("x-a", "1"));
            assertThat(connection.outcome(5), is(BAD_REQUEST));
            connection.request(7, delete().known(63).known(62));
            assertThat("the token of the request before", connection.outcome(7), is(BAD_REQUEST));
        }
    }

    @Test
    void headersWithoutAnEndAreRefused() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(Socket.PUBLIC.port())) {
            connection.send(frame(HEADERS, END_STREAM, 1, HeaderBlock.request("POST", "/none").bytes()));
            // As many as are too many, so that nothing is under way when the server closes.
            for (int i = 0; i < 65_536 / 9; i++) {
                connection.send(frame(CONTINUATION, 0, 1));
            }
            assertThat("refused", connection.outcome(1) < 0);
        }
    }

    @Test
    void headersThatAreNotContinuedAreRefused() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(Socket.PUBLIC.port())) {
            connection.send(frame(HEADERS, END_STREAM, 1, HeaderBlock.request("POST", "/none").bytes()));
            connection.send(frame(CONTINUATION, END_HEADERS, 3));
            assertThat(connection.outcome(1), is(PROTOCOL_ERROR));
        }
    }

    /** More than a connection may have under way (1 MiB), and none of it is read by who answers. */
    @Test
    void whatIsNotReadOfAnsweredCallsGivesItsRoomBack() throws IOException {
        byte[] piece = new byte[16_384];
        piece[1] = Byte.MAX_VALUE;
        try (RawHttp2 connection = RawHttp2.connect(Socket.INTERNAL.port())) {
            for (int stream = 1; stream < 20; stream += 2) {
                connection.send(frame(HEADERS, END_HEADERS, stream,
                        HeaderBlock.request("POST", "/mcpsession.v1.SessionService/GetSession")
                                .passing(CONTENT_TYPE, "application/grpc").bytes()));
                for (int i = 1; i < 32; i++) {
                    connection.sendWithinWindow(frame(DATA, 0, stream, piece));
                }
                connection.sendWithinWindow(frame(DATA, END_STREAM, stream, piece));
                assertThat(connection.outcome(stream), is(OK));
            }
        }
    }

    private static HeaderBlock delete() {
        return HeaderBlock.request("DELETE", "/api/mcp");
    }
}
