package io.mcpsession.http1;

import io.helidon.http.DirectHandler;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.http.DirectHandlers;

/**
 * Gives headers that are larger than the listener takes the status they have in every version of HTTP (RFC 6585, section
 * 5). Helidon 4.5.0 answers 400 over HTTP/1.1 and tells them from other faults by its text alone.
 *
 * @param next writes the answer
 */
public record HeaderLimit(DirectHandler next) implements DirectHandler {

    static final Status TOO_LARGE = Status.create(431, "Request Header Fields Too Large");
    private static final String TEXT_OF_HELIDON = "Header size exceeded";

    /** Tells a listener to have its refusals written by {@code next}, whatever their cause. */
    public static void apply(ListenerConfig.BuilderBase<?, ?> listener, DirectHandler next) {
        HeaderLimit handler = new HeaderLimit(next);
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (EventType type : EventType.values()) {
            handlers.addHandler(type, handler);
        }
        listener.directHandlers(handlers.build())
                // Else there is no text.
                .errorHandling(ErrorHandling.builder().includeEntity(true).build());
    }

    @Override
    public TransportResponse handle(TransportRequest request, EventType type, Status status,
                                    ServerResponseHeaders headers, String message) {
        Status told = type == EventType.BAD_REQUEST && TEXT_OF_HELIDON.equals(message)
                ? TOO_LARGE
                : status;
        return next.handle(request, type, told, headers, (String) null);
    }
}
