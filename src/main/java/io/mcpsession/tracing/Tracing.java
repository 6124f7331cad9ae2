package io.mcpsession.tracing;

import io.helidon.webserver.http.Filter;
import io.grpc.ServerInterceptor;
import io.mcpsession.http.RequestSpans;
import io.mcpsession.redis.RedisObserver;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One interceptor for each way in, and one for Redis. When off there are none: nothing is added to the way of a call.
 * Spans hold methods, statuses and durations; never a token, a session, a user, an address or an argument.
 */
public final class Tracing implements AutoCloseable {

    /** Traces nothing. */
    public static final Tracing OFF = new Tracing(Optional.empty());

    /** A collector that does not answer must not hold up the end of the process. */
    private static final int LAST_SPANS_SECONDS = 2;

    private final Optional<SdkTracerProvider> provider;
    private final Optional<Tracer> tracer;

    private Tracing(Optional<SdkTracerProvider> provider) {
        this.provider = provider;
        this.tracer = provider.map(it -> it.get("io.mcpsession"));
    }

    /**
     * As it is configured. A collector that is away costs spans, never calls: they wait in a queue of 2,048, and what
     * does not fit is dropped.
     *
     * @param replica name of this process
     */
    public static Tracing of(TracingConfig config, String replica) {
        return config.endpoint()
                .map(endpoint -> to(BatchSpanProcessor.builder(
                        OtlpHttpSpanExporter.builder().setEndpoint(endpoint.toString()).build()).build(),
                        config, replica))
                .orElse(OFF);
    }

    /** Told to a receiver of one's own, wherever the configuration would send it; for tests. */
    public static Tracing to(SpanProcessor receiver, TracingConfig config, String replica) {
        return new Tracing(Optional.of(SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(Attributes.of(
                        Names.SERVICE_NAME, config.serviceName(), Names.SERVICE_INSTANCE, replica))))
                // Whoever began a trace has decided whether it is recorded.
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.sampleRatio())))
                .addSpanProcessor(receiver)
                .build()));
    }

    /** Around each call of the public socket. */
    public Optional<Filter> http() {
        return tracer.map(HttpSpans::new);
    }

    /** Around each call of the internal socket. */
    public Optional<ServerInterceptor> grpc() {
        return tracer.map(GrpcSpans::new);
    }

    /** Around each MCP request. */
    public RequestSpans requests() {
        return tracer.<RequestSpans>map(McpSpans::new).orElse(RequestSpans.NONE);
    }

    /** Looks at what is asked of Redis, besides another who does. */
    public RedisObserver besides(RedisObserver other) {
        return tracer.<RedisObserver>map(it -> new RedisSpans(it, other)).orElse(other);
    }

    /** The trace that this thread works for, as 32 hexadecimal digits; empty when there is none. */
    public String traceId() {
        SpanContext current = current();
        return current.isValid() ? current.getTraceId() : "";
    }

    /** The same as a value of {@code traceparent} (W3C Trace Context, section 3.2), for whoever is called in turn. */
    public Optional<String> traceparent() {
        SpanContext current = current();
        return current.isValid()
                ? Optional.of("00-" + current.getTraceId() + "-" + current.getSpanId() + "-"
                        + current.getTraceFlags().asHex())
                : Optional.empty();
    }

    private SpanContext current() {
        return provider.isEmpty() ? SpanContext.getInvalid() : Span.current().getSpanContext();
    }

    @Override
    public void close() {
        provider.ifPresent(it -> it.shutdown().join(LAST_SPANS_SECONDS, TimeUnit.SECONDS));
    }
}
