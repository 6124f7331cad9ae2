package io.mcpsession.ops;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the HTTP calls in flight, and measures those that are no streams. Thread-safe. */
public final class HttpCalls implements Filter {

    private final AtomicInteger inFlight = new AtomicInteger();
    private final Answered answered;
    private volatile boolean leaving;

    /** Told of each answer. */
    @FunctionalInterface
    public interface Answered {

        void answered(int status, long nanos);
    }

    public HttpCalls(Answered answered) {
        this.answered = answered;
    }

    public int inFlight() {
        return inFlight.get();
    }

    /**
     * From now on clients are asked to close their connections. A connection that is kept would stay with this replica
     * however the balancer has changed its mind, and break in the end.
     */
    public void leave() {
        leaving = true;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        long begin = System.nanoTime();
        inFlight.incrementAndGet();
        try {
            // HTTP/2 forbids the header.
            if (leaving && request.prologue().protocolVersion().startsWith("1")) {
                response.header(HeaderValues.CONNECTION_CLOSE);
            }
            chain.proceed();
        } finally {
            inFlight.decrementAndGet();
            if (!stream(response)) {
                answered.answered(response.status().code(), System.nanoTime() - begin);
            }
        }
    }

    private static boolean stream(RoutingResponse response) {
        return response.headers().contains(HeaderNames.CONTENT_TYPE)
                && response.headers().get(HeaderNames.CONTENT_TYPE).get().startsWith("text/event-stream");
    }
}
