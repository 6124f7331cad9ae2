package io.mcpsession.tracing;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** A span for each gRPC call but those of probes and tools, beneath the one that its metadata name. */
final class GrpcSpans implements ServerInterceptor {

    private static final Set<String> UNTRACED = Set.of("grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection");
    /** What is the server's fault rather than the caller's (OpenTelemetry semantic conventions for gRPC, servers). */
    private static final Set<Status.Code> ERRORS = Set.of(Status.Code.UNKNOWN, Status.Code.DEADLINE_EXCEEDED,
            Status.Code.UNIMPLEMENTED, Status.Code.INTERNAL, Status.Code.UNAVAILABLE, Status.Code.DATA_LOSS);

    private final Tracer tracer;

    GrpcSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        MethodDescriptor<ReqT, RespT> method = call.getMethodDescriptor();
        if (UNTRACED.contains(method.getServiceName())) {
            return next.startCall(call, headers);
        }
        Context parent = W3CTraceContextPropagator.getInstance().extract(Context.root(), headers,
                FromMetadata.INSTANCE);
        Span span = tracer.spanBuilder(method.getFullMethodName())
                .setSpanKind(SpanKind.SERVER)
                .setParent(parent)
                .setAttribute(Names.RPC_SYSTEM, "grpc")
                .setAttribute(Names.RPC_SERVICE, method.getServiceName())
                .setAttribute(Names.RPC_METHOD, method.getBareMethodName())
                .startSpan();
        Context context = parent.with(span);
        Ended<ReqT, RespT> ended = new Ended<>(call, span);
        try (Current _ = new Current(context)) {
            return new Traced<>(next.startCall(ended, headers), ended, context);
        }
    }

    private static void end(Span span, Status status) {
        span.setAttribute(Names.RPC_STATUS, status.getCode().value());
        if (ERRORS.contains(status.getCode())) {
            span.setStatus(StatusCode.ERROR).setAttribute(Names.ERROR, status.getCode().name());
        }
        span.end();
    }

    private static final class Ended<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

        private final Span span;
        private final AtomicBoolean over = new AtomicBoolean();

        Ended(ServerCall<ReqT, RespT> call, Span span) {
            super(call);
            this.span = span;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            // A client that has its answer may be gone before this returns: that cancels nothing.
            boolean first = over.compareAndSet(false, true);
            try {
                super.close(status, trailers);
            } finally {
                if (first) {
                    end(span, status);
                }
            }
        }

        void cancelled() {
            if (over.compareAndSet(false, true)) {
                end(span, Status.CANCELLED);
            }
        }
    }

    /** Whatever a call makes its service do is done for its span. */
    private static final class Traced<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        private final Ended<ReqT, ?> call;
        private final Context context;

        Traced(ServerCall.Listener<ReqT> listener, Ended<ReqT, ?> call, Context context) {
            super(listener);
            this.call = call;
            this.context = context;
        }

        @Override
        public void onMessage(ReqT message) {
            try (Current _ = new Current(context)) {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            try (Current _ = new Current(context)) {
                super.onHalfClose();
            }
        }

        @Override
        public void onCancel() {
            try (Current _ = new Current(context)) {
                super.onCancel();
            } finally {
                call.cancelled();
            }
        }
    }

    private enum FromMetadata implements TextMapGetter<Metadata> {
        INSTANCE;

        @Override
        public Iterable<String> keys(Metadata headers) {
            return List.of();
        }

        @Override
        public String get(Metadata headers, String key) {
            return headers.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
        }
    }
}
