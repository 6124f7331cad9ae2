package io.mcpsession.http2;

import io.mcpsession.testing.TestServer;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.http2.RawHttp2.DATA;
import static io.mcpsession.http2.RawHttp2.END_HEADERS;
import static io.mcpsession.http2.RawHttp2.END_STREAM;
import static io.mcpsession.http2.RawHttp2.GOAWAY;
import static io.mcpsession.http2.RawHttp2.HEADERS;
import static io.mcpsession.http2.RawHttp2.PING;
import static io.mcpsession.http2.RawHttp2.PRIORITY_FRAME;
import static io.mcpsession.http2.RawHttp2.RST_STREAM;
import static io.mcpsession.http2.RawHttp2.WINDOW_UPDATE;
import static io.mcpsession.http2.RawHttp2.frame;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** What is wrong with one stream ends that stream (RFC 9113, sections 5.4.2 and 8.1.1), and the others go on. */
@Timeout(60)
class RefusedRequestsTest {

    private static final int OK = 8;
    private static final int NO_ERROR = 0;
    private static final int PROTOCOL_ERROR = 1;
    private static final int STREAM_CLOSED = 5;
    private static final int REFUSED_STREAM = 7;
    private static final int MAX_STREAMS = 3;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(Map.of("mcp.http.http2", "true", "server.protocols.http_2.max-concurrent-streams", "" + MAX_STREAMS,
                "server.sockets.1.protocols.http_2.max-concurrent-streams", "" + MAX_STREAMS));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<UnaryOperator<HeaderBlock>> malformed() {
        return Stream.<UnaryOperator<HeaderBlock>>of(
                it -> it.passing(":path", "/health/live").passing(":scheme", "http").passing(":authority", "a"),
                it -> it.passing(":method", "GET").passing(":scheme", "http").passing(":authority", "a"),
                it -> it.passing(":method", "GET").passing(":path", "/health/live").passing(":authority", "a"),
                it -> request(it).passing(":path", "/other"),
                it -> request(it).passing(":protocol", "websocket"),
                it -> request(it).passing(":status", "200"),
                it -> request(it).passing("x-a", "1").passing(":authority", "b"),
                it -> request(it).passing("X-Upper", "1"),
                it -> request(it).passing("", "1"),
                it -> request(it).passing("x a", "1"),
                it -> request(it).passing("x:a", "1"),
                it -> request(it).passing("x\u00e9", "1"),
                it -> request(it).passing("connection", "close"),
                it -> request(it).passing("transfer-encoding", "chunked"),
                it -> request(it).passing("keep-alive", "1"),
                it -> request(it).passing("proxy-connection", "1"),
                it -> request(it).passing("upgrade", "h2c"),
                it -> request(it).passing("te", "gzip"),
                it -> request(it).passing("x-a", "1\r\nx-b: 2"),
                it -> request(it).passing("x-a", "\0"),
                it -> request(it).passing("x-a", " 1"),
                it -> request(it).passing("x-a", "1\t"),
                it -> request(it).passing("content-length", "x"),
                it -> request(it).passing("content-length", "-1"),
                it -> request(it).passing("content-length", "1").passing("content-length", "2"),
                it -> request(it).passing("content-length", "5"),
                it -> request(it).passing("host", "other"),
                it -> it.passing(":method", "GET").passing(":scheme", "http").passing(":path", "/health/live"),
                it -> it.passing(":method", "GET").passing(":scheme", "http").passing(":path", "").passing(":authority", "a"),
                it -> it.passing(":method", "GET").passing(":scheme", "http").passing(":path", "a").passing(":authority", "a"),
                it -> it.passing(":method", "G T").passing(":scheme", "http").passing(":path", "/").passing(":authority", "a"),
                it -> it.passing(":method", "GET").passing(":scheme", "http").passing(":path", "/").passing(":authority", "u@a"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedRequestIsAnErrorOfItsStream(UnaryOperator<HeaderBlock> headers) throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, headers.apply(HeaderBlock.empty()));
            assertThat(connection.reset(1), is(PROTOCOL_ERROR));
            isGood(connection, 3);
        }
    }

    static Stream<UnaryOperator<HeaderBlock>> wellFormed() {
        return Stream.<UnaryOperator<HeaderBlock>>of(
                it -> it.passing(":method", "GET").passing(":scheme", "http").passing(":path", "/health/live").passing("host", "a"),
                it -> request(it).passing("host", "a"), it -> request(it).passing("host", "A:80"),
                it -> request(it).passing("te", "trailers").passing("te", "Trailers"),
                it -> request(it).passing("cookie", "a=1").passing("cookie", "b=2"),
                it -> request(it).passing("content-length", "0").passing("content-length", "0"),
                it -> request(it).passing("x-a", ""), it -> request(it).passing("x-a", "\u00e9"),
                it -> request(it).passing("!#$%&'*+-.^_`|~", "1"),
                it -> request(it).passing("x-a", "1").passing("x-a", "2"),
                it -> it.passing(":method", "GET").passing(":scheme", "https").passing(":path", "/health/live?q=%20#").passing(":authority", "a:1"));
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void whatHttpAllowsIsServed(UnaryOperator<HeaderBlock> headers) throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, headers.apply(HeaderBlock.empty()));
            assertThat(connection.outcome(1), is(OK));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%zz", "/%", "/{a}|", "/a b", "/\u00e9", "/%00", "*", "//", "/../..", "/?%zz", "/#%zz"})
    void noPathEndsTheConnection(String path) throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, HeaderBlock.request("GET", path));
            connection.outcome(1);
            isGood(connection, 3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"get", "BREW", "!", "OPTIONS", "HEAD", "PRI"})
    void noMethodEndsTheConnection(String method) throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, HeaderBlock.request(method, "/health/live"));
            connection.outcome(1);
            isGood(connection, 3);
        }
    }

    @Test
    void connectIsNotImplemented() throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, HeaderBlock.empty().passing(":method", "CONNECT").passing(":authority", "a:1"));
            assertThat(connection.headers(1).status().toString(), is("501"));
            isGood(connection, 3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17_000, 40_000})
    void headersThatAreTooLargeAreAnswered(int size) throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, live().remembered("x-large", "v".repeat(size / 2))
                    .passing("x-larger", "v".repeat(size / 2)));
            assertThat(connection.headers(1).status().toString(), is("431"));
            isGood(connection, 3);

            connection.begin(5, live().passing("x-large", "v".repeat(size)));
            assertThat(connection.headers(5).status().toString(), is("431"));
            assertThat(connection.reset(5), is(NO_ERROR));
            connection.send(frame(DATA, END_STREAM, 5, new byte[100]));
            isGood(connection, 7);
        }
    }

    /** In some bytes, each of which stands for 4 KB. */
    @Test
    void theTableMakesNoListLonger() throws IOException {
        HeaderBlock bomb = live();
        for (int i = 0; i < 10_000; i++) {
            bomb.known(62);
        }
        try (RawHttp2 connection = admin()) {
            connection.request(1, live().remembered("x", "v".repeat(4000)));
            assertThat(connection.outcome(1), is(OK));
            connection.request(3, bomb);
            assertThat(connection.headers(3).status().toString(), is("431"));
            isGood(connection, 5);
        }
    }

    @Test
    void aCallOfGrpcIsToldThatItsHeadersAreTooLarge() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(server.internalPort())) {
            connection.begin(1, HeaderBlock.request("POST", "/mcpsession.v1.SessionService/GetSession")
                    .passing("x-large", "v".repeat(20_000)).passing("content-type", "application/grpc+proto"));
            Http2Headers answer = connection.headers(1);
            assertThat(answer.status().toString(), is("200"));
            assertThat(answer.get("content-type").toString(), is("application/grpc"));
            assertThat("RESOURCE_EXHAUSTED", answer.get("grpc-status").toString(), is("8"));
            assertThat(answer.contains("grpc-message"), is(true));
            assertThat(connection.isEnded(1), is(true));
        }
    }

    @Test
    void moreStreamsThanAllowedAreRefusedOneByOne() throws IOException {
        try (RawHttp2 connection = admin()) {
            int stream = 1;
            for (; stream < 2 * MAX_STREAMS; stream += 2) {
                connection.begin(stream, HeaderBlock.request("POST", "/none"));
            }
            connection.request(stream, live());
            assertThat(connection.reset(stream), is(REFUSED_STREAM));
            connection.cancel(1);
            isGood(connection, stream + 2);
        }
    }

    /** Helidon counts a stream for a moment longer than its client does. */
    @Test
    void asManyStreamsAsAnnouncedMayAlwaysBeOpen() throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.settle();
            assertThat(connection.setting(3), is(MAX_STREAMS));
            int newest = 2 * MAX_STREAMS - 1;
            for (int stream = 1; stream <= newest; stream += 2) {
                connection.request(stream, live());
            }
            for (int stream = 1; stream < 2000; stream += 2) {
                assertThat(connection.outcome(stream), is(OK));
                connection.content(stream);
                newest += 2;
                connection.request(newest, live());
            }
        }
    }

    @Test
    void trailersEndABodyWhateverBecameOfTheirRequest() throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.begin(1, HeaderBlock.request("POST", "/none"));
            connection.send(frame(DATA, 0, 1, new byte[10]));
            connection.request(1, HeaderBlock.empty().passing("x-checksum", "1"));
            connection.content(1);
            connection.begin(3, HeaderBlock.request("POST", "/none"));
            connection.request(3, HeaderBlock.empty().passing(":path", "/"));
            assertThat("malformed", connection.reset(3), is(PROTOCOL_ERROR));
            connection.begin(5, HeaderBlock.request("POST", "/none"));
            connection.begin(5, HeaderBlock.empty().passing("x-checksum", "1"));
            assertThat("without an end", connection.reset(5), is(PROTOCOL_ERROR));
            isGood(connection, 7);
        }
    }

    @Test
    void dataOnAStreamThatIsOverIsAnErrorOfThatStream() throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, live());
            connection.content(1);
            connection.send(frame(DATA, 0, 1, new byte[10]));
            assertThat(connection.reset(1), is(STREAM_CLOSED));
            connection.send(frame(DATA, END_STREAM, 1, new byte[10]));
            connection.send(frame(HEADERS, END_STREAM | END_HEADERS, 1));
            connection.cancel(1);
            connection.give(1, 5);
            isGood(connection, 3);
        }
    }

    @Test
    void whatIsWrongWithAWindowEndsItsStreamOrTheConnection() throws IOException {
        HeaderBlock unfinished = HeaderBlock.request("POST", "/api/mcp")
                .passing("authorization", "Bearer " + TestServer.ALICE).passing("content-type", "application/json");
        try (RawHttp2 connection = RawHttp2.connect(server.endpoint().getPort())) {
            connection.begin(1, unfinished);
            connection.give(1, Integer.MAX_VALUE);
            assertThat("FLOW_CONTROL_ERROR", connection.reset(1), is(3));
            connection.begin(3, unfinished);
            connection.give(3, 0);
            assertThat(connection.reset(3), is(PROTOCOL_ERROR));
            connection.give(0, Integer.MAX_VALUE);
            assertThat("FLOW_CONTROL_ERROR", connection.goAway(), is(3));
            assertThat("whoever was not served may try again", connection.lastBegun(), is(3));
        }
    }

    @ParameterizedTest
    @CsvSource({PING + ", 0, 7, 6", PING + ", 1, 8, 1", GOAWAY + ", 0, 7, 6", GOAWAY + ", 1, 8, 1",
            RST_STREAM + ", 1, 4, 1", RST_STREAM + ", 1, 3, 6", WINDOW_UPDATE + ", 0, 3, 6", WINDOW_UPDATE + ", 0, 4, 1",
            WINDOW_UPDATE + ", 1, 4, 1", PRIORITY_FRAME + ", 0, 5, 1", DATA + ", 0, 1, 1", DATA + ", 1, 1, 1",
            "5, 1, 4, 1", "9, 1, 1, 1", HEADERS + ", 0, 3, 1"})
    void framesThatMayNotBeEndTheConnectionWithTheirCode(int type, int stream, int length, int code) throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.send(frame(type, type == HEADERS ? END_HEADERS : 0, stream, new byte[length]));
            assertThat(connection.goAway(), is(code));
        }
    }

    @Test
    void whatIsNotKnownOrOfNoUseIsIgnored() throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.send(frame(0x10, 0xff, 0, new byte[3]));
            connection.send(frame(0xf0, 0, 7, new byte[1000]));
            connection.send(frame(PRIORITY_FRAME, 0, 5, new byte[5]));
            connection.send(frame(PRIORITY_FRAME, 0, 1, new byte[] {0, 0, 0, 1, 0}));
            connection.send(frame(PING, 1, 0, new byte[8]));
            isGood(connection, 1);
        }
    }

    private static void isGood(RawHttp2 connection, int stream) throws IOException {
        connection.request(stream, live());
        assertThat("another request", connection.outcome(stream), is(OK));
    }

    private static RawHttp2 admin() throws IOException {
        return RawHttp2.connect(server.admin("/").getPort());
    }

    private static HeaderBlock live() {
        return HeaderBlock.request("GET", "/health/live");
    }

    private static HeaderBlock request(HeaderBlock empty) {
        return empty.passing(":method", "GET").passing(":scheme", "http").passing(":path", "/health/live")
                .passing(":authority", "a");
    }
}
