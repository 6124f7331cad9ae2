package io.mcpsession.tracing;

import io.helidon.logging.common.HelidonMdc;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Optional;

/** Makes a span the one that a thread works for, and lets what the thread logs as JSON name its trace. */
final class Current implements AutoCloseable {

    /** As {@code Logging} has it. */
    private static final String LOGGED = "trace";

    private final Optional<String> before = HelidonMdc.get(LOGGED);
    private final Scope scope;

    Current(Context context) {
        this.scope = context.makeCurrent();
        HelidonMdc.set(LOGGED, Span.fromContext(context).getSpanContext().getTraceId());
    }

    @Override
    public void close() {
        before.ifPresentOrElse(trace -> HelidonMdc.set(LOGGED, trace), () -> HelidonMdc.remove(LOGGED));
        scope.close();
    }
}
