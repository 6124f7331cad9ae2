package io.mcpsession.http2;

import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.mcpsession.http2.RawHttp2.SETTINGS;
import static io.mcpsession.http2.RawHttp2.frame;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

/** SETTINGS of clients (RFC 9113, section 6.5): what is not known is ignored, and the rest is applied. */
@Timeout(60)
class ClientSettingsTest {

    private static final int OK = 8;
    private static final long PUSH = 2;
    private static final long TABLE = 1;
    private static final long STREAMS = 3;
    private static final long WINDOW = 4;
    private static final long FRAME = 5;
    private static final long CONNECT_PROTOCOL = 8;
    private static final long GREASE = 32_767;
    private static final int FIRST_WINDOW = 65_535;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(Map.of("mcp.http.http2", "true"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** In Envoy's order. Helidon misread what came after the unknown one (helidon#12196). */
    @Test
    void aWindowAfterAnUnknownSettingIsApplied() throws IOException {
        try (RawHttp2 connection = connect(PUSH, 0, TABLE, 4096, CONNECT_PROTOCOL, 0, STREAMS, 1024, WINDOW, 700)) {
            metrics(connection, 1);
            connection.receive(1, 700);
            connection.give(1, 50);
            connection.receive(1, 750);
        }
    }

    @Test
    void theLastOfSeveralCountsAndUnknownOnesAreNoWindows() throws IOException {
        try (RawHttp2 connection = connect(WINDOW, 4, CONNECT_PROTOCOL, 4, GREASE, FIRST_WINDOW, WINDOW, 1000)) {
            connection.settings(GREASE, 1, WINDOW, 900);
            metrics(connection, 1);
            connection.receive(1, 900);
            assertThat("each is acknowledged", connection.settingsAcknowledged(), is(2));
        }
    }

    @Test
    void aWindowChangesThoseOfOpenStreamsAlsoBelowNought() throws IOException {
        try (RawHttp2 connection = connect(WINDOW, 1000)) {
            metrics(connection, 1);
            connection.receive(1, 1000);

            connection.settings(WINDOW, 400);
            connection.give(1, 600);
            connection.receive(1, 1000);

            connection.give(1, 1);
            connection.receive(1, 1001);

            connection.settings(WINDOW, FIRST_WINDOW);
            connection.content(1);
            assertThat(connection.received(1), greaterThan(1001));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 2, 1", "4, 2147483648, 3", "4, 4294967295, 3", "5, 16383, 1", "5, 16777216, 1", "5, 0, 1"})
    void whatIsNotAllowedEndsTheConnectionWithItsCode(long id, long value, int code) throws IOException {
        try (RawHttp2 connection = connect(GREASE, 1, id, value)) {
            assertThat(connection.goAway(), is(code));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 1", "3, 0", "4, 0", "4, 2147483647", "5, 16384", "5, 16777215", "6, 0", "9, 1", "65535, 7"})
    void whatIsAllowedIsAcknowledged(long id, long value) throws IOException {
        try (RawHttp2 connection = connect(id, value)) {
            connection.settle();
            assertThat(connection.settingsAcknowledged(), is(1));
            connection.request(1, HeaderBlock.request("GET", "/health/live"));
            assertThat(connection.outcome(1), is(OK));
        }
    }

    /** A table of nothing, in which the server's headers must not be looked for either. */
    @Test
    void aTableOfTheClientsIsKeptTo() throws IOException {
        try (RawHttp2 connection = connect(TABLE, 0)) {
            live(connection, 1);
            assertThat("nothing is remembered", live(connection, 3), is(live(connection, 5)));
        }
        try (RawHttp2 connection = connect()) {
            assertThat("by default it is", live(connection, 1), greaterThan(live(connection, 3)));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 5, 6", "0, 7, 6", "1, 6, 1"})
    void oddFramesEndTheConnectionWithTheirCode(int stream, int length, int code) throws IOException {
        try (RawHttp2 connection = connect()) {
            connection.send(frame(SETTINGS, 0, stream, new byte[length]));
            assertThat(connection.goAway(), is(code));
        }
    }

    @Test
    void anAcknowledgementWithSettingsEndsTheConnection() throws IOException {
        try (RawHttp2 connection = connect()) {
            connection.send(frame(SETTINGS, 1, 0, new byte[6]));
            assertThat(connection.goAway(), is(6));
        }
    }

    @Test
    void settingsOfAnUpgradeAreApplied() throws IOException {
        String settings = Base64.getUrlEncoder().withoutPadding()
                .encodeToString(RawHttp2.settingsPayload(CONNECT_PROTOCOL, 0, WINDOW, 600));
        try (RawHttp2 connection = RawHttp2.upgrade(server.admin("/").getPort(), "/metrics", settings)) {
            connection.receive(1, 600);
        }
    }

    private static RawHttp2 connect(long... settings) throws IOException {
        return RawHttp2.connect(server.admin("/").getPort(), settings);
    }

    /** How long the headers of such an answer are. */
    private static int live(RawHttp2 connection, int stream) throws IOException {
        connection.request(stream, HeaderBlock.request("GET", "/health/live"));
        return connection.headersLength(stream);
    }

    private static void metrics(RawHttp2 connection, int stream) throws IOException {
        connection.request(stream, HeaderBlock.request("GET", "/metrics"));
        connection.outcome(stream);
    }
}
