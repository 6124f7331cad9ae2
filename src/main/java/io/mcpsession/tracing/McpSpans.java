package io.mcpsession.tracing;

import io.mcpsession.http.RequestSpans;
import io.mcpsession.jsonrpc.Message;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A span for each MCP request. Its parent is what {@code _meta} names (2026-07-28, Base Protocol; SEP-414), and then it
 * is linked to the span of its HTTP call, which may belong to another trace; else it lies beneath that span
 * (OpenTelemetry semantic conventions for MCP, Context propagation).
 */
final class McpSpans implements RequestSpans {

    private static final Set<String> METHODS = Set.of("initialize", "ping", "server/discover", "tools/list",
            "tools/call", "resources/list", "resources/templates/list", "resources/read", "resources/subscribe",
            "resources/unsubscribe", "prompts/list", "prompts/get", "completion/complete", "logging/setLevel",
            "subscriptions/listen");
    /** Names that the protocol recommends (2025-11-25, Tools). */
    private static final Pattern TOOL_NAME = Pattern.compile("[A-Za-z0-9_./-]{1,128}");

    private final Tracer tracer;

    McpSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public RequestSpans.Answering begin(Message.Request request) {
        Context ambient = Context.current();
        Context named = request.params().get("_meta") instanceof JsonObject meta
                ? W3CTraceContextPropagator.getInstance().extract(Context.root(), meta, FromMeta.INSTANCE)
                : Context.root();
        boolean remote = Span.fromContext(named).getSpanContext().isValid();
        String method = METHODS.contains(request.method()) ? request.method() : Names.OTHER;
        SpanBuilder builder = tracer.spanBuilder(method)
                .setSpanKind(SpanKind.SERVER)
                .setParent(remote ? named : ambient)
                .setAttribute(Names.MCP_METHOD, method);
        if (remote) {
            builder.addLink(Span.fromContext(ambient).getSpanContext());
        }
        if (method.equals("tools/call") && request.params().get("name") instanceof JsonString name
                && TOOL_NAME.matcher(name.getString()).matches()) {
            builder.setAttribute(Names.TOOL, name.getString());
        }
        Span span = builder.startSpan();
        return new Begun(span, new Current((remote ? named : ambient).with(span)));
    }

    private record Begun(Span span, Current current) implements RequestSpans.Answering {

        @Override
        public void failed(RuntimeException failure) {
            // Not the message: it may quote what the caller sent.
            span.setStatus(StatusCode.ERROR).setAttribute(Names.ERROR, failure.getClass().getName());
        }

        @Override
        public void close() {
            current.close();
            span.end();
        }
    }

    private enum FromMeta implements TextMapGetter<JsonObject> {
        INSTANCE;

        @Override
        public Iterable<String> keys(JsonObject meta) {
            return List.of();
        }

        @Override
        public String get(JsonObject meta, String key) {
            return meta.get(key) instanceof JsonString text ? text.getString() : null;
        }
    }
}
