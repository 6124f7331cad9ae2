package io.mcpsession.grpc;

import io.grpc.Deadline;
import io.grpc.Metadata;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads how long a client is going to wait, which Helidon 4.5.0 leaves to us (gRPC over HTTP2, Requests). */
final class CallDeadline {

    private static final Metadata.Key<String> TIMEOUT =
            Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
    private static final Pattern FORM = Pattern.compile("(\\d{1,8})([HMSmun])");
    private static final long LONGEST_MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private CallDeadline() {
    }

    /**
     * Until when an answer can be expected to find the client waiting: 5 ms before it gives up, or a tenth of its
     * patience when that is less. Empty when the client did not say how long it waits, or not in a form to be
     * understood.
     */
    static Optional<Deadline> lastMoment(Metadata headers) {
        String text = headers.get(TIMEOUT);
        if (text == null) {
            return Optional.empty();
        }
        Matcher timeout = FORM.matcher(text);
        if (!timeout.matches()) {
            return Optional.empty();
        }
        long patience = unit(timeout.group(2)).toNanos(Long.parseLong(timeout.group(1)));
        return Optional.of(Deadline.after(patience - Math.min(patience / 10, LONGEST_MARGIN_NANOS),
                TimeUnit.NANOSECONDS));
    }

    private static TimeUnit unit(String letter) {
        return switch (letter) {
            case "H" -> TimeUnit.HOURS;
            case "M" -> TimeUnit.MINUTES;
            case "S" -> TimeUnit.SECONDS;
            case "m" -> TimeUnit.MILLISECONDS;
            case "u" -> TimeUnit.MICROSECONDS;
            default -> TimeUnit.NANOSECONDS;
        };
    }
}
