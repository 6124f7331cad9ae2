package io.mcpsession.session;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What trusted services may do beside what {@link Sessions} does for clients: safe retries, many sessions at once,
 * attributes, counts. Thread-safe.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store gave no answer.
 */
public final class TrustedSessions {

    private final SessionStore store;
    private final SessionIds ids;
    private final SessionCeiling ceiling;
    private final SessionObserver observer;

    public TrustedSessions(SessionStore store, SessionIds ids, SessionCeiling ceiling, SessionObserver observer) {
        this.store = store;
        this.ids = ids;
        this.ceiling = ceiling;
        this.observer = observer;
    }

    /**
     * Opens a session for {@code owner}, once however often the request is repeated.
     *
     * @throws SessionLimitException when there may be no more
     */
    public Creation open(Principal owner, Opening opening, RequestId request) {
        ceiling.check();
        Creation creation = store.create(ids.mint(owner), owner, opening, request);
        if (creation instanceof Creation.Made(Session session, int evicted)) {
            observer.opened(session);
            if (evicted > 0) {
                observer.evicted(owner, evicted);
            }
        }
        return creation;
    }

    /** Looks many up at once, each as its own caller would see it. */
    public List<Lookup> lookUp(List<Inquiry> inquiries) {
        List<Lookup> found = store.lookUp(inquiries);
        for (int i = 0; i < inquiries.size(); i++) {
            report(inquiries.get(i), found.get(i));
        }
        return found;
    }

    private void report(Inquiry inquiry, Lookup found) {
        if (found instanceof Lookup.OtherOwner(Principal owner)) {
            observer.mismatched(inquiry.caller().orElseThrow(), inquiry.id(), Optional.of(owner));
        } else if (inquiry.use() == Inquiry.Use.ALWAYS && found instanceof Lookup.Live) {
            observer.touched();
        }
    }

    /**
     * Changes the attributes of a live session in one step.
     *
     * @param change may be applied more than once, and may throw to leave everything as it is
     */
    public Lookup update(SessionId id, UnaryOperator<Map<String, String>> change) {
        return store.update(id, session -> session.withAttributes(change.apply(session.attributes())));
    }

    /** How many sessions of a user are alive. */
    public long count(Principal owner) {
        return store.count(owner);
    }

    /** How many sessions are alive. */
    public long count() {
        return store.count();
    }
}
