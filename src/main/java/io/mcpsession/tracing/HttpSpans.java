package io.mcpsession.tracing;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.mcpsession.http.McpEndpoint;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.Set;

/** A span for each HTTP call, beneath the one that its headers name. A stream's lasts as long as the stream. */
final class HttpSpans implements Filter {

    private static final Set<String> METHODS = Set.of("GET", "POST", "DELETE", "OPTIONS", "HEAD", "PUT", "PATCH");

    private final Tracer tracer;

    HttpSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        Context parent = W3CTraceContextPropagator.getInstance().extract(Context.root(), request.headers(),
                FromHeaders.INSTANCE);
        Span span = builder(request).setParent(parent).startSpan();
        try (Current _ = new Current(parent.with(span))) {
            chain.proceed();
        } catch (RuntimeException e) {
            span.setStatus(StatusCode.ERROR).setAttribute(Names.ERROR, e.getClass().getName());
            throw e;
        } finally {
            int status = response.status().code();
            span.setAttribute(Names.HTTP_STATUS, status);
            if (status >= 500) {
                span.setStatus(StatusCode.ERROR).setAttribute(Names.ERROR, Integer.toString(status));
            }
            span.end();
        }
    }

    private SpanBuilder builder(RoutingRequest request) {
        String asked = request.prologue().method().text();
        String method = METHODS.contains(asked) ? asked : Names.OTHER;
        // Any other path is as the caller made it up.
        boolean known = request.path().path().equals(McpEndpoint.PATH);
        SpanBuilder span = tracer.spanBuilder(known ? method + " " + McpEndpoint.PATH : method)
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(Names.HTTP_METHOD, method);
        return known ? span.setAttribute(Names.HTTP_ROUTE, McpEndpoint.PATH) : span;
    }

    /** What is there twice says nothing, save {@code tracestate}, which may come in parts (W3C Trace Context, 3.3.1). */
    private enum FromHeaders implements TextMapGetter<Headers> {
        INSTANCE;

        private static final HeaderName TRACEPARENT = HeaderNames.create("traceparent");
        private static final HeaderName TRACESTATE = HeaderNames.create("tracestate");

        @Override
        public Iterable<String> keys(Headers headers) {
            return List.of();
        }

        @Override
        public String get(Headers headers, String key) {
            if (key.equals(TRACESTATE.lowerCase())) {
                return String.join(",", headers.values(TRACESTATE));
            }
            List<String> values = key.equals(TRACEPARENT.lowerCase()) ? headers.values(TRACEPARENT) : List.of();
            return values.size() == 1 ? values.getFirst() : null;
        }
    }
}
