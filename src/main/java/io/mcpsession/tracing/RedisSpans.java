package io.mcpsession.tracing;

import io.mcpsession.redis.RedisFault;
import io.mcpsession.redis.RedisObserver;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.time.Instant;
import java.util.Optional;

/**
 * A span for each answer of Redis that a recorded call waited for. What the server asks for itself, or once for several
 * callers, has none.
 */
final class RedisSpans implements RedisObserver {

    private final Tracer tracer;
    private final RedisObserver other;

    RedisSpans(Tracer tracer, RedisObserver other) {
        this.tracer = tracer;
        this.other = other;
    }

    @Override
    public void called(String command, long nanos, Optional<RedisFault> fault) {
        other.called(command, nanos, fault);
        if (!Span.current().isRecording()) {
            return;
        }
        Instant end = Instant.now();
        Span span = tracer.spanBuilder("redis " + command)
                .setSpanKind(SpanKind.CLIENT)
                .setStartTimestamp(end.minusNanos(nanos))
                .setAttribute(Names.DB_SYSTEM, "redis")
                .setAttribute(Names.DB_OPERATION, command)
                .startSpan();
        fault.ifPresent(it -> span.setStatus(StatusCode.ERROR).setAttribute(Names.ERROR, it.label()));
        span.end(end);
    }
}
