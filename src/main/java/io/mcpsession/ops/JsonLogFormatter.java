package io.mcpsession.ops;

import io.helidon.logging.common.HelidonMdc;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObjectBuilder;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** One JSON object a line, for machines. Made by the LogManager. */
public final class JsonLogFormatter extends Formatter {

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxx").withZone(ZoneId.systemDefault());

    @Override
    public String format(LogRecord logged) {
        JsonObjectBuilder line = Json.object()
                .add("ts", Long.toString(logged.getMillis()))
                .add("date", DATE.format(logged.getInstant()))
                .add("level", logged.getLevel().getName())
                .add("logger", String.valueOf(logged.getLoggerName()))
                .add("message", LogText.cut(String.valueOf(formatMessage(logged))));
        if (logged.getThrown() != null) {
            line.add("exception", LogTrace.of(logged.getThrown()).strip());
        }
        line.add("thread", Thread.currentThread().toString());
        HelidonMdc.get("trace").ifPresent(trace -> line.add("trace", trace));
        return oneLine(line.build().toString()) + '\n';
    }

    /** JSON lets line separators and overrides of the direction of writing stand in texts; readers of lines do not. */
    private static String oneLine(String json) {
        if (json.codePoints().noneMatch(LogText::mustBeEscaped)) {
            return json;
        }
        StringBuilder line = new StringBuilder(json.length() + 32);
        json.codePoints().forEach(point -> {
            if (LogText.mustBeEscaped(point)) {
                LogText.appendUnits(line, point);
            } else {
                line.appendCodePoint(point);
            }
        });
        return line.toString();
    }
}
