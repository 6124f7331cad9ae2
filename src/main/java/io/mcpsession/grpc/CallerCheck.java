package io.mcpsession.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.helidon.webserver.grpc.GrpcConnectionContext;
import io.helidon.webserver.grpc.ServerContextKeys;
import io.mcpsession.auth.ServiceCaller;
import io.mcpsession.auth.ServiceCallers;
import io.mcpsession.auth.ServiceRole;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;

/** Lets a service call what its role allows, before anything of the call is read. */
final class CallerCheck implements ServerInterceptor {

    private static final System.Logger LOG = System.getLogger("io.mcpsession.audit");
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    /** Say nothing of any session. Probes and tools must reach them before they are anybody. */
    private static final Set<String> PUBLIC = Set.of("grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection");
    /** What changes nothing but expiry. A method that is not listed here is for administrators. */
    private static final Set<String> READ = Set.of("mcpsession.v1.SessionService/GetSession",
            "mcpsession.v1.SessionService/ValidateSession", "mcpsession.v1.SessionService/BatchValidateSessions",
            "mcpsession.v1.SessionService/TouchSession", "mcpsession.v1.SessionService/KeepAlive",
            "mcpsession.v1.SessionService/ListSessions", "mcpsession.v1.SessionService/CountSessions",
            "mcpsession.v1.SessionService/WatchSessions", "envoy.service.auth.v3.Authorization/Check");

    private static final Context.Key<String> NAME = Context.key("caller");

    private final ServiceCallers callers;

    CallerCheck(ServiceCallers callers) {
        this.callers = callers;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
                                                                 ServerCallHandler<ReqT, RespT> next) {
        if (callers.isOpen() || isPublic(call)) {
            return next.startCall(call, headers);
        }
        String method = call.getMethodDescriptor().getFullMethodName();
        Optional<ServiceCaller> caller = callers.find(certificate(), Optional.ofNullable(headers.get(AUTHORIZATION)));
        if (caller.isEmpty()) {
            return refused(call, GrpcErrors.callerUnknown());
        }
        ServiceRole needed = READ.contains(method) ? ServiceRole.READ : ServiceRole.ADMIN;
        if (!caller.get().role().includes(needed)) {
            LOG.log(System.Logger.Level.WARNING, () -> "event=grpc.deny caller=\"" + caller.get().name().replaceAll("[\"\\\\\\p{Cc}]", "_") + "\" role="
                    + caller.get().role() + " method=" + method);
            return refused(call, GrpcErrors.callerNotAllowed(needed));
        }
        return Contexts.interceptCall(Context.current().withValue(NAME, caller.get().name()), call, headers, next);
    }

    static boolean isPublic(ServerCall<?, ?> call) {
        return PUBLIC.contains(call.getMethodDescriptor().getServiceName());
    }

    /** Who calls, as far as that is known: a service by its name, else whoever has this address. */
    static String caller() {
        String name = NAME.get();
        return name != null ? "service:" + name : "address:" + connection().map(it -> it.remotePeer().host()).orElse("");
    }

    private static Optional<GrpcConnectionContext> connection() {
        return Optional.ofNullable(ServerContextKeys.CONNECTION_CONTEXT.get());
    }

    private static Optional<X509Certificate> certificate() {
        return connection()
                .map(GrpcConnectionContext::remotePeer)
                .flatMap(peer -> peer.tlsCertificates())
                .filter(chain -> chain.length > 0)
                .map((Certificate[] chain) -> chain[0])
                .filter(X509Certificate.class::isInstance)
                .map(X509Certificate.class::cast);
    }

    static <ReqT> ServerCall.Listener<ReqT> refused(ServerCall<ReqT, ?> call, StatusRuntimeException why) {
        call.close(why.getStatus(), why.getTrailers());
        return new ServerCall.Listener<>() { };
    }
}
