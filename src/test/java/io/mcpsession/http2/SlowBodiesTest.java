package io.mcpsession.http2;

import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.StackTraces;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.util.Map;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.mcpsession.http2.RawHttp2.DATA;
import static io.mcpsession.http2.RawHttp2.END_STREAM;
import static io.mcpsession.http2.RawHttp2.GOAWAY;
import static io.mcpsession.http2.RawHttp2.frame;
import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

/** Requests of HTTP/2 whose body does not come, on servers that serve two of them at a time. */
@Tag("slow")
@Timeout(60)
class SlowBodiesTest {

    /** Where threads are looked for. */
    private static final String BODY = "io.helidon.webserver.http2.Http2ServerStream.readEntityFromPipeline";
    private static final int AUTHORIZATION = 23;
    private static final int CONTENT_LENGTH = 28;
    private static final int CONTENT_TYPE = 31;
    private static final int ACCEPT = 19;
    private static final int OK = 8;
    private static final int NOT_FOUND = 13;
    private static final int PROTOCOL_ERROR = -1;
    /** More frames than Helidon keeps of one stream when nobody reads them. */
    private static final int MANY = 100;

    /** Waits 30 s for a body. */
    private static TestServer patient;
    /** Waits 1 s. */
    private static TestServer hasty;

    /** What may become of the connection. */
    enum End {
        CUT_OFF {
            @Override
            void of(RawHttp2 connection) throws IOException {
                connection.close();
            }
        },
        LEFT_BY_THE_CLIENT {
            @Override
            void of(RawHttp2 connection) throws IOException {
                connection.send(frame(GOAWAY, 0, 0, new byte[8]));
            }
        },
        CLOSED_BY_THE_SERVER {
            @Override
            void of(RawHttp2 connection) throws IOException {
                // Streams of clients have odd numbers.
                connection.request(2, HeaderBlock.request());
                assertThat(connection.outcome(2), is(PROTOCOL_ERROR));
            }
        };

        abstract void of(RawHttp2 connection) throws IOException;
    }

    @BeforeAll
    static void start() {
        patient = TestServer.with(Map.of("mcp.http.http2", "true", "server.sockets.0.max-concurrent-requests", "2"));
        hasty = TestServer.with(Map.of("mcp.http.http2", "true", "server.sockets.0.max-concurrent-requests", "2",
                "mcp.http.body-patience", "1s"));
    }

    @AfterAll
    static void stop() {
        patient.close();
        hasty.close();
    }

    @AfterEach
    void noThreadStays() {
        waiting(is(0L));
    }

    @Test
    void areAnsweredInTimeThoughTheirConnectionIsAlive() throws IOException {
        try (RawHttp2 connection = unfinished(hasty)) {
            eventually(() -> {
                connection.ping();
                return served(hasty);
            }, is(200));
            assertThat(connection.content(1), containsString("Request Timeout"));
            assertThat(connection.content(3), containsString("Request Timeout"));
            noThreadStays();
        }
    }

    @Test
    void areAnsweredInTimeWhenTheBodyStopsHalfWay() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(hasty.endpoint().getPort())) {
            connection.begin(1, post().passing(CONTENT_LENGTH, "1000"));
            connection.send(frame(DATA, 0, 1, new byte[500]));
            connection.begin(3, post());
            // Complete, were it at its end.
            connection.send(frame(DATA, 0, 3, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}".getBytes()));
            assertThat(connection.content(1), containsString("Request Timeout"));
            assertThat(connection.content(3), containsString("Request Timeout"));
        }
    }

    @Test
    void whatComesTooLateDisturbsNobody() throws IOException {
        try (RawHttp2 connection = unfinished(hasty)) {
            assertThat(connection.content(1), containsString("Request Timeout"));
            assertThat(connection.content(3), containsString("Request Timeout"));
            noThreadStays();
            for (int i = 0; i < MANY; i++) {
                connection.sendWithinWindow(frame(DATA, 0, 1, new byte[16_384]));
            }
            connection.send(frame(DATA, END_STREAM, 1));
            connection.send(frame(DATA, END_STREAM, 3, new byte[1]));
            connection.request(5, HeaderBlock.request("POST", "/none"));
            assertThat(connection.outcome(5), is(NOT_FOUND));
        }
    }

    @Test
    void whoIsRefusedAndGoesOnDrippingIsNotListenedToForEver() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(hasty.endpoint().getPort())) {
            connection.begin(1, HeaderBlock.request("POST", "/api/mcp"));
            assertThat(connection.content(1), containsString("error"));
            eventually(() -> {
                connection.send(frame(DATA, 0, 1, new byte[1]));
                return StackTraces.within(BODY);
            }, is(0L));
            for (int i = 0; i < MANY; i++) {
                connection.send(frame(DATA, 0, 1, new byte[1]));
            }
            connection.request(3, HeaderBlock.request("POST", "/none"));
            assertThat(connection.outcome(3), is(NOT_FOUND));
        }
    }

    @ParameterizedTest
    @EnumSource
    void endWithTheirConnection(End end) throws IOException {
        try (RawHttp2 connection = unfinished(patient)) {
            end.of(connection);
            eventually(() -> served(patient), is(200));
            noThreadStays();
        }
    }

    @ParameterizedTest
    @EnumSource
    void endWithTheirConnectionWhenTheyAreAnswered(End end) throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(patient.endpoint().getPort())) {
            connection.begin(1, HeaderBlock.request("POST", "/api/mcp"));
            assertThat(connection.content(1), containsString("error"));
            waiting(greaterThan(0L));
            end.of(connection);
            noThreadStays();
        }
    }

    @Test
    void areNotReadToTheirEndOnceTheyAreRefused() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(hasty.endpoint().getPort())) {
            connection.begin(1, HeaderBlock.request("POST", "/api/mcp"));
            assertThat(connection.content(1), containsString("error"));
            waiting(greaterThan(0L));
            eventually(() -> {
                connection.ping();
                return StackTraces.within(BODY);
            }, is(0L));
            connection.request(3, HeaderBlock.request("POST", "/none"));
            assertThat(connection.outcome(3), is(NOT_FOUND));
        }
    }

    @Test
    void anEventStreamWhoseClientNeverSaysThatItIsDoneGoesOn() throws IOException {
        McpClient alice = hasty.alice().initialized();
        try (RawHttp2 connection = RawHttp2.connect(hasty.endpoint().getPort())) {
            connection.begin(1, HeaderBlock.request("GET", "/api/mcp")
                    .passing(AUTHORIZATION, "Bearer " + TestServer.ALICE).passing(ACCEPT, "text/event-stream")
                    .remembered("mcp-session-id", alice.header("Mcp-Session-Id")));
            assertThat(connection.outcome(1), is(OK));
            connection.begin(3, HeaderBlock.request("POST", "/api/mcp"));
            waiting(greaterThan(0L));
            noThreadStays();
            connection.request(5, HeaderBlock.request("POST", "/none"));
            assertThat(connection.outcome(5), is(NOT_FOUND));
            assertThat(connection.isEnded(1), is(false));
        }
    }

    /** Two of them, so that nobody else is served. */
    private static RawHttp2 unfinished(TestServer server) throws IOException {
        RawHttp2 connection = RawHttp2.connect(server.endpoint().getPort());
        connection.begin(1, post());
        connection.begin(3, post());
        waiting(is(2L));
        assertThat(served(server), is(503));
        return connection;
    }

    private static HeaderBlock post() {
        return HeaderBlock.request("POST", "/api/mcp").passing(AUTHORIZATION, "Bearer " + TestServer.ALICE)
                .passing(CONTENT_TYPE, "application/json");
    }

    private static int served(TestServer server) {
        return server.alice().call("ping").status();
    }

    private static void waiting(Matcher<Long> threads) {
        eventually(() -> StackTraces.within(BODY), threads);
    }
}
