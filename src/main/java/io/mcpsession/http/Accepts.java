package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.mcpsession.jsonrpc.RpcError;
import java.util.List;
import java.util.Locale;

/**
 * What a client takes. The protocol wants both types named; clients written by hand name one, a wildcard or none, and
 * are served all the same.
 *
 * @param json   one JSON object
 * @param stream an event stream
 */
record Accepts(boolean json, boolean stream) {

    static final String EVENT_STREAM = "text/event-stream";

    /**
     * @throws Refusal 406 when it takes neither
     */
    static Accepts of(ServerRequestHeaders headers) {
        if (!headers.contains(HeaderNames.ACCEPT)) {
            return new Accepts(true, false);
        }
        List<String> values = headers.get(HeaderNames.ACCEPT).allValues();
        boolean json = false;
        boolean stream = false;
        for (String value : values) {
            String lower = value.toLowerCase(Locale.ROOT);
            json |= lower.contains("application/json") || lower.contains("*/*") || lower.contains("application/*");
            stream |= lower.contains(EVENT_STREAM) || lower.contains("text/*");
        }
        if (!json && !stream) {
            throw new Refusal(Status.NOT_ACCEPTABLE_406, RpcError.INVALID_REQUEST,
                    "Not Acceptable: Accept must name application/json and text/event-stream");
        }
        return new Accepts(json, stream);
    }
}
