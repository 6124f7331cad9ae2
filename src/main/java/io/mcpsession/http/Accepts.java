package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.mcpsession.jsonrpc.RpcError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a client takes (RFC 9110, section 12.5.1). The protocol wants both types named; clients written by hand name one, a
 * wildcard or none, and are served all the same.
 *
 * @param json        one JSON object
 * @param stream      an event stream
 * @param namesStream whether it says so itself and not by accepting anything: then it may be given one that is not needed
 */
record Accepts(boolean json, boolean stream, boolean namesStream) {

    static final String JSON = "application/json";
    static final String EVENT_STREAM = "text/event-stream";

    private static final String BOTH = JSON + ", " + EVENT_STREAM;
    private static final Accepts AS_THE_PROTOCOL_SAYS = new Accepts(true, true, true);
    private static final Accepts ANYTHING = new Accepts(true, true, false);

    /** One media range, such as {@code text/*;q=0.5}. */
    private record Range(String type, double quality) {

        static Range of(String text) {
            String[] parts = text.split(";");
            double quality = 1;
            for (int i = 1; i < parts.length; i++) {
                String parameter = parts[i].trim();
                if (parameter.startsWith("q=")) {
                    quality = quality(parameter.substring(2));
                }
            }
            return new Range(parts[0].trim(), quality);
        }

        /** What is no number excludes nothing. */
        private static double quality(String text) {
            try {
                return Double.parseDouble(text.trim());
            } catch (NumberFormatException e) {
                return 1;
            }
        }
    }

    /**
     * @throws Refusal 406 when it takes neither
     */
    static Accepts of(ServerRequestHeaders headers) {
        if (!headers.contains(HeaderNames.ACCEPT)) {
            return ANYTHING;
        }
        return of(headers.get(HeaderNames.ACCEPT).allValues());
    }

    static Accepts of(List<String> values) {
        if (values.size() == 1 && values.getFirst().equals(BOTH)) {
            return AS_THE_PROTOCOL_SAYS;
        }
        List<Range> ranges = ranges(values);
        if (ranges.isEmpty()) {
            return ANYTHING;
        }
        boolean json = accepted(ranges, JSON, "application/*", "*/*");
        boolean stream = accepted(ranges, EVENT_STREAM, "text/*", "*/*");
        if (!json && !stream) {
            throw notAcceptable("Accept must name " + JSON + " and " + EVENT_STREAM);
        }
        return new Accepts(json, stream, stream && accepted(ranges, EVENT_STREAM, "text/*"));
    }

    private static List<Range> ranges(List<String> values) {
        List<Range> ranges = new ArrayList<>();
        for (String value : values) {
            for (String range : value.toLowerCase(Locale.ROOT).split(",")) {
                if (!range.isBlank()) {
                    ranges.add(Range.of(range));
                }
            }
        }
        return ranges;
    }

    /** The most specific range that fits decides. */
    private static boolean accepted(List<Range> ranges, String... fromSpecific) {
        for (String type : fromSpecific) {
            List<Range> fitting = ranges.stream().filter(range -> range.type().equals(type)).toList();
            if (!fitting.isEmpty()) {
                return fitting.stream().anyMatch(range -> range.quality() > 0);
            }
        }
        return false;
    }

    /**
     * @throws Refusal 406 when it takes no event stream, and there can be nothing else
     */
    void requireStream() {
        if (!stream) {
            throw notAcceptable("Accept must name " + EVENT_STREAM);
        }
    }

    private static Refusal notAcceptable(String reason) {
        return new Refusal(Status.NOT_ACCEPTABLE_406, RpcError.INVALID_REQUEST, "Not Acceptable: " + reason);
    }
}
