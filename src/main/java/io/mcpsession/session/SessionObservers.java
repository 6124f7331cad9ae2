package io.mcpsession.session;

import java.util.List;
import java.util.Optional;

/** Several observers as one. */
public record SessionObservers(List<SessionObserver> all) implements SessionObserver {

    public SessionObservers(SessionObserver... all) {
        this(List.of(all));
    }

    @Override
    public void opened(Session session) {
        all.forEach(one -> one.opened(session));
    }

    @Override
    public void renewed(Session session, RenewalCause cause) {
        all.forEach(one -> one.renewed(session, cause));
    }

    @Override
    public void mismatched(Principal caller, SessionId presented, Optional<Principal> owner) {
        all.forEach(one -> one.mismatched(caller, presented, owner));
    }

    @Override
    public void touched() {
        all.forEach(SessionObserver::touched);
    }

    @Override
    public void ended(Principal owner, int count, Ending ending) {
        all.forEach(one -> one.ended(owner, count, ending));
    }
}
