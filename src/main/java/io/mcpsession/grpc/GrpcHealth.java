package io.mcpsession.grpc;

import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.mcpsession.envoy.AuthorizationGrpc;
import io.mcpsession.v1.SessionServiceGrpc;

/**
 * {@code grpc.health.v1.Health}. The names {@code ""}, {@code mcpsession.v1.SessionService} and
 * {@code envoy.service.auth.v3.Authorization} follow readiness and start as NOT_SERVING; {@code liveness} is SERVING for
 * as long as connections are accepted on all sockets, so that a store outage or a drain restarts no pod. Thread-safe.
 */
public final class GrpcHealth {

    private static final String LIVENESS = "liveness";

    private final HealthStatusManager manager = new HealthStatusManager();
    private boolean serving;
    private boolean leaving;
    private boolean accepting = true;

    public GrpcHealth() {
        tell();
    }

    /** Tells balancers and watching clients whether to send calls here. */
    public synchronized void serving(boolean serves) {
        serving = serves;
        tell();
    }

    /** NOT_SERVING from now on, whatever Redis does. */
    public synchronized void leave() {
        leaving = true;
        tell();
    }

    /** Tells whether connections are accepted; who is connected already is served, and should go elsewhere. */
    public synchronized void accepting(boolean accepts) {
        accepting = accepts;
        tell();
    }

    private void tell() {
        ServingStatus status = status(serving && !leaving && accepting);
        manager.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        manager.setStatus(SessionServiceGrpc.SERVICE_NAME, status);
        manager.setStatus(AuthorizationGrpc.SERVICE_NAME, status);
        manager.setStatus(LIVENESS, status(accepting));
    }

    private static ServingStatus status(boolean good) {
        return good ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    }

    BindableService service() {
        return manager.getHealthService();
    }
}
