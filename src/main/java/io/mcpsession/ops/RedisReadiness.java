package io.mcpsession.ops;

import io.helidon.health.HealthCheck;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import java.util.function.BooleanSupplier;

/** Ready while Redis answers: nothing works without it, and a 503 of the gateway beats half an answer. */
public final class RedisReadiness implements HealthCheck {

    private final BooleanSupplier reachable;

    public RedisReadiness(BooleanSupplier reachable) {
        this.reachable = reachable;
    }

    @Override
    public HealthCheckType type() {
        return HealthCheckType.READINESS;
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.builder().status(reachable.getAsBoolean()).build();
    }
}
