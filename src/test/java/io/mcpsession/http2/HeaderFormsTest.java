package io.mcpsession.http2;

import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.http2.RawHttp2.CONTINUATION;
import static io.mcpsession.http2.RawHttp2.END_HEADERS;
import static io.mcpsession.http2.RawHttp2.END_STREAM;
import static io.mcpsession.http2.RawHttp2.HEADERS;
import static io.mcpsession.http2.RawHttp2.PADDED;
import static io.mcpsession.http2.RawHttp2.PRIORITY;
import static io.mcpsession.http2.RawHttp2.frame;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Header blocks in every form that RFC 7541 allows, on sockets. */
@Timeout(60)
class HeaderFormsTest {

    private static final int OK = 8;
    private static final int NOT_FOUND = 13;
    private static final int COMPRESSION_ERROR = -9;
    private static final int NOT_REMEMBERED = 0;
    private static final int NEVER_REMEMBERED = 0x10;
    private static final int REMEMBERED = 0x40;
    private static final List<Integer> FORMS = List.of(REMEMBERED, NOT_REMEMBERED, NEVER_REMEMBERED);
    private static final int FIRST_OF_TABLE = 62;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(Map.of("mcp.http.http2", "true"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** As gRPC C-core encodes them. */
    @ParameterizedTest
    @ValueSource(ints = {REMEMBERED, NOT_REMEMBERED, NEVER_REMEMBERED})
    void pseudoHeadersMayBeLiteralsWithANewName(int form) throws IOException {
        for (int port : List.of(server.admin("/").getPort(), server.internalPort(), server.endpoint().getPort())) {
            try (RawHttp2 connection = RawHttp2.connect(port)) {
                connection.request(1, pseudo(form, "/none"));
                assertThat(connection.outcome(1), is(NOT_FOUND));
                connection.request(3, pseudo(form, "/none"));
                assertThat(connection.outcome(3), is(NOT_FOUND));
            }
        }
    }

    @Test
    void huffmansCodeIsReadInEveryForm() throws IOException {
        try (RawHttp2 connection = admin()) {
            int stream = 1;
            for (int form : FORMS) {
                // :method GET, :scheme http, :path /health/live, :authority localhost
                connection.request(stream, HeaderBlock.empty().huffman(form, "b9495339e4", "c5837f")
                        .huffman(form, "b8824e5a4b", "9d29af").huffman(form, "b958d33f", "62728e84cec506ee5f")
                        .huffman(form, "b83b5339ec327d7f", "a0e41d139d09"));
                assertThat(connection.outcome(stream), is(OK));
                stream += 2;
            }
        }
    }

    @Test
    void pseudoHeadersAreFoundInTheTableAgain() throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, pseudo(REMEMBERED, "/health/live"));
            assertThat(connection.outcome(1), is(OK));
            connection.request(3, HeaderBlock.empty().known(65).known(64).known(63).known(62));
            assertThat("all four by their numbers", connection.outcome(3), is(OK));
            connection.request(5, HeaderBlock.empty().known(65).known(64).passing(63, "/none").known(62));
            assertThat("a name by its number", connection.outcome(5), is(NOT_FOUND));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3000, 4064, 5000})
    void longNamesAreServed(int length) throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, live().remembered("n".repeat(length), "1").remembered("x", "v".repeat(1600)));
            assertThat(connection.outcome(1), is(OK));
            connection.request(3, live().remembered(FIRST_OF_TABLE, "v".repeat(127)));
            assertThat(connection.outcome(3), is(OK));
        }
    }

    /** With a name by its number, as Go encodes it: whether the entry fits depends on that name. */
    @Test
    void theNameInTheTableCountsForAnEntryThatMayNotFit() throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, live().remembered("n".repeat(4000), "1"));
            assertThat(connection.outcome(1), is(OK));
            connection.request(3, live().remembered(FIRST_OF_TABLE, "v".repeat(127)));
            assertThat(connection.outcome(3), is(OK));
            connection.request(5, live().known(FIRST_OF_TABLE));
            assertThat("the table is empty", connection.outcome(5), is(COMPRESSION_ERROR));
        }
    }

    @Test
    void theTableMayChangeItsSize() throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, HeaderBlock.empty().tableOf(0).tableOf(100).and(live()).remembered("x-a", "1"));
            assertThat(connection.outcome(1), is(OK));
            connection.request(3, live().known(FIRST_OF_TABLE).remembered("x-b", "v".repeat(90)));
            assertThat(connection.outcome(3), is(OK));
            connection.request(5, live().known(FIRST_OF_TABLE));
            assertThat("emptied by what was larger", connection.outcome(5), is(COMPRESSION_ERROR));
        }
    }

    @Test
    void aTableLargerThanAnnouncedIsRefused() throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, HeaderBlock.empty().tableOf(4097).and(live()));
            assertThat(connection.outcome(1), is(COMPRESSION_ERROR));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "ff8001", "40", "400561", "4001617f80", "0f", "3fffffffffffff01", "008161ffff", "82bf"})
    void whatCannotBeDecodedIsRefused(String block) throws IOException {
        try (RawHttp2 connection = admin()) {
            connection.request(1, live().raw(HexFormat.of().parseHex(block)));
            assertThat(connection.outcome(1), is(COMPRESSION_ERROR));
        }
    }

    @Test
    void paddingEndsWithItsFrameAndNotWithTheBlock() throws IOException {
        byte[] headers = live().bytes();
        try (RawHttp2 connection = admin()) {
            connection.send(frame(HEADERS, END_STREAM | PADDED | PRIORITY, 1, HeaderBlock.empty().raw((byte) 2)
                    .raw(new byte[5]).raw(headers).raw((byte) 0, (byte) 0).bytes()));
            connection.send(frame(CONTINUATION, 0, 1));
            connection.send(frame(CONTINUATION, END_HEADERS, 1, HeaderBlock.empty().remembered("x-a", "1").bytes()));
            assertThat(connection.outcome(1), is(OK));
        }
    }

    private static RawHttp2 admin() throws IOException {
        return RawHttp2.connect(server.admin("/").getPort());
    }

    private static HeaderBlock live() {
        return HeaderBlock.request("GET", "/health/live");
    }

    private static HeaderBlock pseudo(int form, String path) {
        return HeaderBlock.empty().literal(form, ":method", "GET").literal(form, ":scheme", "http")
                .literal(form, ":path", path).literal(form, ":authority", "localhost");
    }
}
