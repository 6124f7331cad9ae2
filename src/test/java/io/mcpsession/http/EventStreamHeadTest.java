package io.mcpsession.http;

import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.JsonObject;
import java.net.http.HttpClient.Version;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.mcpsession.http.Cell.params;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** The head of an event stream comes when the stream opens, and not with its first event. */
@ExtendWith(FixtureServer.Shared.class)
@Timeout(60)
class EventStreamHeadTest {

    /** Far less than the time between two keep-alives, and enough for a busy machine. */
    private static final Duration AT_ONCE = Duration.ofSeconds(3);
    private static final String LOGGING = """
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_tool_with_logging"}}""";
    private static final String WAITING = """
            {"jsonrpc":"2.0","id":"waits","method":"tools/call","params":{"name":"test_wait_until_cancelled"}}""";
    private static final String CANCEL = """
            {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"waits"}}""";

    private final McpClient alice;

    EventStreamHeadTest(FixtureServer server) {
        this.alice = server.alice();
    }

    static Stream<Arguments> revisions() {
        return Stream.of("2025-03-26", "2025-06-18", "2025-11-25").flatMap(revision ->
                Stream.of(Version.values()).map(http -> Arguments.of(revision, http)));
    }

    private McpClient session(String revision) {
        return alice.in(alice.call("initialize", params("protocolVersion", revision)).session());
    }

    private static Duration head(Supplier<EventSource> opening) {
        long begin = System.nanoTime();
        try (EventSource stream = opening.get()) {
            Duration taken = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(stream.status(), is(200));
            assertThat(stream.header("content-type").orElseThrow(), is("text/event-stream"));
            return taken;
        }
    }

    @ParameterizedTest
    @MethodSource("revisions")
    void ofTheStreamOfServerMessages(String revision, Version http) {
        McpClient session = session(revision);

        assertThat(head(() -> EventSource.get(http, session)), is(lessThan(AT_ONCE)));
        McpClient resuming = session.with("Last-Event-ID", "s-1-0");
        assertThat(head(() -> EventSource.get(http, resuming)), is(lessThan(AT_ONCE)));
        McpClient astray = session.with("Last-Event-ID", "of-nobody");
        assertThat(head(() -> EventSource.get(http, astray)), is(lessThan(AT_ONCE)));
    }

    @ParameterizedTest
    @MethodSource("revisions")
    void ofAResumedCallThatIsSilent(String revision, Version http) {
        McpClient session = session(revision);
        String last;
        try (EventSource stream = EventSource.post(session, LOGGING)) {
            last = stream.message().id();
        }

        assertThat(head(() -> EventSource.get(http, session.with("Last-Event-ID", last))), is(lessThan(AT_ONCE)));
    }

    @ParameterizedTest
    @MethodSource("revisions")
    void ofASilentCallAfterThreeSeconds(String revision, Version http) {
        McpClient session = session(revision);

        Duration taken = head(() -> EventSource.post(http, session, WAITING));

        session.post(CANCEL);
        assertThat(taken, is(both(greaterThan(Duration.ofMillis(2900))).and(lessThan(AT_ONCE.plusSeconds(3)))));
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void ofAListener(Version http) {
        JsonObject none = params();
        McpClient listening = alice.with(Stateless.headers("subscriptions/listen", none));

        assertThat(head(() -> EventSource.post(http, listening,
                Stateless.of(alice).request("subscriptions/listen", none))), is(lessThan(AT_ONCE)));
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void ofASilentStatelessCallAfterThreeSeconds(Version http) {
        JsonObject call = params("name", "test_wait_until_cancelled");
        McpClient calling = alice.with(Stateless.headers("tools/call", call));

        Duration taken = head(() -> EventSource.post(http, calling, Stateless.of(alice).request("tools/call", call)));

        assertThat(taken, is(both(greaterThan(Duration.ofMillis(2900))).and(lessThan(AT_ONCE.plusSeconds(3)))));
    }
}
