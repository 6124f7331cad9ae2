package io.mcpsession.listener;

import io.helidon.health.HealthCheck;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import io.helidon.webserver.WebServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Whether all listeners of a server accept connections. A replica to which nobody can connect is neither alive nor ready,
 * though what is connected already may be served well. Thread-safe.
 */
public final class ListenerHealth {

    private final List<Accepting> listeners = new CopyOnWriteArrayList<>();
    private final Consumer<Boolean> follower;

    /**
     * @param follower told when they accept, after they did not, and when they do not any more; must not block
     */
    public ListenerHealth(Consumer<Boolean> follower) {
        this.follower = follower;
    }

    /**
     * Has the listeners of a server go on after an accept that failed, and watches them.
     *
     * @param server not started yet
     */
    public WebServer watching(WebServer server) {
        AcceptThreads.of(server).forEach(thread -> {
            Accepting accepting = new Accepting(thread.name(), System::nanoTime, () -> follower.accept(allAccept()));
            listeners.add(accepting);
            thread.acceptBy(accepting);
        });
        return server;
    }

    private boolean allAccept() {
        return listeners.stream().allMatch(Accepting::goesOn);
    }

    /** The same answer to both questions of health. */
    public List<HealthCheck> checks() {
        return List.of(new Check(HealthCheckType.LIVENESS), new Check(HealthCheckType.READINESS));
    }

    private final class Check implements HealthCheck {

        private final HealthCheckType type;

        Check(HealthCheckType type) {
            this.type = type;
        }

        @Override
        public HealthCheckType type() {
            return type;
        }

        @Override
        public String name() {
            return "listeners";
        }

        @Override
        public HealthCheckResponse call() {
            List<String> deaf = new ArrayList<>();
            for (Accepting listener : listeners) {
                if (!listener.goesOn()) {
                    deaf.add(listener.name());
                }
            }
            HealthCheckResponse.Builder response = HealthCheckResponse.builder().status(deaf.isEmpty());
            return deaf.isEmpty() ? response.build() : response.detail("not accepting", String.join(", ", deaf)).build();
        }
    }
}
