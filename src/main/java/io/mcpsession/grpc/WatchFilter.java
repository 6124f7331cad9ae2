package io.mcpsession.grpc;

import io.mcpsession.relay.SessionEvent;
import io.mcpsession.session.Principal;
import io.mcpsession.v1.SessionEventKind;
import io.mcpsession.v1.WatchSessionsRequest;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which events a watcher wants.
 *
 * @param owner whose; empty for everybody's
 * @param kinds empty for all
 */
record WatchFilter(Optional<Principal> owner, Set<SessionEventKind> kinds) implements Predicate<SessionEvent> {

    static WatchFilter of(WatchSessionsRequest request) {
        if (request.getKindsList().contains(SessionEventKind.UNRECOGNIZED)) {
            throw GrpcErrors.invalid("kinds", "names one that this server does not know");
        }
        return new WatchFilter(
                request.hasOwner() ? Optional.of(Requests.principal("owner", request.getOwner())) : Optional.empty(),
                Set.copyOf(request.getKindsList()));
    }

    @Override
    public boolean test(SessionEvent event) {
        return (owner.isEmpty() || owner.get().equals(event.owner()))
                && (kinds.isEmpty() || kinds.contains(kind(event.kind())));
    }

    static SessionEventKind kind(SessionEvent.Kind kind) {
        return switch (kind) {
            case CREATED -> SessionEventKind.SESSION_EVENT_KIND_CREATED;
            case RENEWED -> SessionEventKind.SESSION_EVENT_KIND_RENEWED;
            case ENDED -> SessionEventKind.SESSION_EVENT_KIND_ENDED;
            case REVOKED -> SessionEventKind.SESSION_EVENT_KIND_REVOKED;
            case EXPIRED -> SessionEventKind.SESSION_EVENT_KIND_EXPIRED;
            case EVICTED -> SessionEventKind.SESSION_EVENT_KIND_EVICTED;
        };
    }
}
