package io.mcpsession.ops;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

/** What comes from outside, in a message or in an exception's: it stays within its line, and is seen as it is. */
class LogForgeryTest {

    private static final String FORGED = "2026-01-01 00:00:00.000 INFO    io.mcpsession.audit  event=token.create";
    private static final String VISIBLE = "[ -~\\u00a1-\\u0377\\u4e00-\\u9fff\\x{1f600}]*";

    static Stream<String> separators() {
        return Stream.of("\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029", "\u000b", "\f", "\0", "\u001b[2K\u001b[1G",
                "\u009b2K", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800", "\u007f", "\b\b\b", "\udb40\udc41");
    }

    private static LogRecord logged(String message) {
        LogRecord logged = new LogRecord(Level.WARNING, message);
        logged.setLoggerName("io.mcpsession.x");
        return logged;
    }

    @ParameterizedTest
    @MethodSource("separators")
    void aMessageIsOneLineOfText(String separator) {
        String line = new TextLogFormatter().format(logged("tool \"x" + separator + FORGED + "\" é 語 \ud83d\ude00"));

        assertThat(line.substring(0, line.length() - 1), matchesPattern(VISIBLE));
        assertThat(line, matchesPattern("\\d{4}-.* WARNING io\\.mcpsession\\.x  tool \"x\\\\.*event=token.create\" .*\n"));
    }

    @ParameterizedTest
    @MethodSource("separators")
    void aMessageIsOneObjectOfJsonThatHoldsItAsItWas(String separator) {
        String message = "tool \"x" + separator + FORGED + "\"";
        String line = new JsonLogFormatter().format(logged(message));

        assertThat(line.substring(0, line.length() - 1), matchesPattern(VISIBLE));
        assertThat(object(line).getString("message"), is(message));
    }

    @ParameterizedTest
    @MethodSource("separators")
    void theMessagesOfExceptionsFillNoLinesButTheirOwn(String separator) {
        LogRecord logged = logged("failed");
        IllegalStateException thrown = new IllegalStateException("a" + separator + FORGED,
                new RuntimeException("b" + separator + FORGED));
        thrown.addSuppressed(new RuntimeException("c" + separator + FORGED));
        logged.setThrown(thrown);

        List<String> lines = new TextLogFormatter().format(logged).lines().toList();

        assertThat(lines.stream().filter(line -> line.startsWith(FORGED)).toList(), is(List.of()));
        assertThat(lines.stream().filter(line -> !line.matches("\t+(at |\\.\\.\\.).*")).count(), is(4L));
        String json = new JsonLogFormatter().format(logged);
        assertThat(json.substring(0, json.length() - 1), matchesPattern(VISIBLE));
        assertThat(object(json).getString("exception"), containsString("Caused by: java.lang.RuntimeException: b"));
    }

    @Test
    void aVeryLongMessageIsCut() {
        for (Formatter formatter : List.of(new TextLogFormatter(), new JsonLogFormatter())) {
            String line = formatter.format(logged("x".repeat(1_000_000)));
            assertThat(line.length(), is(lessThan(20_000)));
            assertThat(line, containsString("(983616 more)"));
        }
        assertThat(LogText.escaped("\n".repeat(100_000)).length(), is(lessThan(20_000)));
    }

    @Test
    void anExceptionThatCausesItselfComesToAnEnd() {
        RuntimeException first = new RuntimeException("first");
        first.initCause(new RuntimeException("second", first));

        assertThat(LogTrace.of(first), containsString("second"));
    }

    @Test
    void whatNeedsNoEscapeIsLeftAsItIs() {
        assertThat(LogText.escaped("C:\\temp é 語"), is("C:\\temp é 語"));
        assertThat(new JsonLogFormatter().format(logged("plain")), not(containsString("exception")));
    }

    private static JsonObject object(String line) {
        return Json.createReader(new StringReader(line)).readObject();
    }
}
