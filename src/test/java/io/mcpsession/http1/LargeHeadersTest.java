package io.mcpsession.http1;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.RawHttp;
import io.mcpsession.testing.TestServer;
import java.net.URI;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Headers beyond the limit are told as RFC 6585 (section 5) has it, on every socket. */
@Timeout(60)
class LargeHeadersTest {

    private static final int LIMIT = 16 * 1024;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.embedded();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<URI> sockets() {
        return Stream.of(server.endpoint(), URI.create("http://127.0.0.1:" + server.internalPort() + "/"),
                server.admin("/health/live"));
    }

    private static Answer get(URI socket, String headers) {
        return RawHttp.send(socket, "GET " + socket.getPath() + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
    }

    private static void assertTooLarge(Answer answer) {
        assertThat(answer.status(), is(431));
        assertThat(answer.header("connection").map(String::toLowerCase).stream().toList().toString(), is("[close]"));
    }

    @ParameterizedTest
    @MethodSource("sockets")
    void oneLongValueIsTooLarge(URI socket) {
        assertTooLarge(get(socket, "X-Long: " + "a".repeat(LIMIT) + "\r\n"));
    }

    @ParameterizedTest
    @MethodSource("sockets")
    void oneLongNameIsTooLarge(URI socket) {
        assertTooLarge(get(socket, "a".repeat(LIMIT) + ": x\r\n"));
    }

    @ParameterizedTest
    @MethodSource("sockets")
    void aLongHostIsTooLarge(URI socket) {
        assertTooLarge(RawHttp.send(socket,
                "GET " + socket.getPath() + " HTTP/1.1\r\nHost: " + "a".repeat(LIMIT) + "\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource("sockets")
    void manyShortHeadersAreTooLarge(URI socket) {
        assertTooLarge(get(socket, IntStream.range(0, 2_000).mapToObj(i -> "X-" + i + ": 12345\r\n")
                .collect(Collectors.joining())));
    }

    @ParameterizedTest
    @MethodSource("sockets")
    void everyLengthAroundTheLimitHasAnAnswer(URI socket) {
        for (int length = LIMIT - 40; length < LIMIT + 3; length++) {
            int status = get(socket, "X: " + "a".repeat(length) + "\r\n").status();
            assertThat("length " + length, status == 431 || length < LIMIT - 10 && status != 400, is(true));
        }
    }

    @ParameterizedTest
    @MethodSource("sockets")
    void aLongRequestLineIsNoMatterOfHeaders(URI socket) {
        assertThat(RawHttp.send(socket, "GET /" + "a".repeat(4_096) + " HTTP/1.1\r\nHost: a\r\n\r\n").status(), is(414));
    }

    @Test
    void otherFaultsOfHeadersAreBadRequests() {
        assertThat(get(server.endpoint(), "no colon\r\n").status(), is(400));
    }
}
