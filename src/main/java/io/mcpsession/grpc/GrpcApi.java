package io.mcpsession.grpc;

import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.helidon.grpc.core.InterceptorWeights;
import io.helidon.webserver.grpc.GrpcRouting;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.ServiceCallers;
import io.mcpsession.http2.GrpcWire;
import io.mcpsession.relay.SessionFeed;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.TrustedSessions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the gRPC listener serves: {@code mcpsession.v1.SessionService}, {@code grpc.health.v1.Health} and, for Envoy,
 * {@code envoy.service.auth.v3.Authorization}.
 *
 * <p>The listener needs {@code connection-options.tcp-no-delay: true}: Helidon writes an answer in several flushes, and
 * with Nagle each call takes 40 ms longer.
 */
public final class GrpcApi {

    private static final int OUTERMOST = InterceptorWeights.CONTEXT + 2;

    private final List<ServerServiceDefinition> services = new ArrayList<>();
    private final Sessions sessions;
    private final Validation validation;
    private final InstantSource clock;
    private final GrpcCalls calls;
    private final List<ServerInterceptor> onlookers = new ArrayList<>();
    private Duration storePatience = Duration.ofNanos(Long.MAX_VALUE);
    private ServiceCallers callers = new ServiceCallers(List.of());

    /**
     * @param clock tells how much of a session's idle TTL is left and which absolute lifetimes are over; whether a
     *              session is alive is the store's own judgement
     */
    public GrpcApi(Sessions sessions, TrustedSessions trusted, SessionIds ids, SessionLimits limits, InstantSource clock,
                   GrpcHealth health, SessionFeed feed, GrpcCalls calls) {
        Verdicts verdicts = new Verdicts(ids, limits, clock);
        this.sessions = sessions;
        this.clock = clock;
        this.validation = new Validation(sessions, trusted, verdicts);
        serving(new SessionGrpcService(sessions, trusted, verdicts, limits, clock, validation, feed));
        serving(health.service());
        this.calls = calls;
    }

    /** Lets Envoy ask as well. */
    public GrpcApi answeringEnvoy(Authenticator authenticator, McpCall.Reader bodies,
                                  ExtAuthzSettings settings) {
        return serving(new ExtAuthz(sessions, validation, authenticator, bodies, settings, clock));
    }

    /** Lets tools list and describe what is served. */
    public GrpcApi describingItself() {
        services.addAll(Reflection.of(services));
        return this;
    }

    GrpcApi serving(BindableService service) {
        services.add(service.bindService());
        return this;
    }

    /** Lets only listed services call, each by its role. */
    public GrpcApi calledBy(ServiceCallers listed) {
        callers = listed;
        return this;
    }

    /** Lets no call wait longer for the store, nor what one message of a stream asks for. */
    public GrpcApi waitingAtMost(Duration patience) {
        storePatience = patience;
        return this;
    }

    /** Lets somebody see each call and its end, as its client does. */
    public void watchedBy(ServerInterceptor onlooker) {
        onlookers.add(onlooker);
    }

    /** Adds the services, and guards every reply on the listener. */
    public void register(GrpcRouting.Builder routing) {
        onlookers.forEach(onlooker -> routing.intercept(OUTERMOST + 1, onlooker));
        routing.intercept(OUTERMOST + 3, new AbandonedCalls())
                .intercept(OUTERMOST + 2, new Backlog())
                .intercept(OUTERMOST, new Replies(storePatience))
                .intercept(OUTERMOST - 1, new CallerCheck(callers))
                .intercept(calls)
                .intercept(InterceptorWeights.USER - 1, new WholeMessages())
                .intercept(InterceptorWeights.USER - 2, new NewestHealth());
        services.forEach(service -> routing.service(RawMessage.of(service)));
    }

    /** What the listener has to know of the services. */
    public GrpcWire wire() {
        return wire(services.stream().flatMap(service -> service.getMethods().stream())
                .map(ServerMethodDefinition::getMethodDescriptor)
                .map(method -> "/" + method.getFullMethodName()).collect(Collectors.toSet()));
    }

    /** What a listener has to know that serves no gRPC. */
    public static GrpcWire unserved() {
        return wire(Set.of());
    }

    private static GrpcWire wire(Set<String> paths) {
        return new GrpcWire(paths, CallFaults::headers);
    }
}
