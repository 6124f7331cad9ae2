package io.mcpsession.session;

import io.mcpsession.session.SessionPolicy.Situation;
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
    public void renewed(Session session, Situation why) {
        all.forEach(one -> one.renewed(session, why));
    }

    @Override
    public void revived(Session session) {
        all.forEach(one -> one.revived(session));
    }

    @Override
    public void evicted(Principal owner, int count) {
        all.forEach(one -> one.evicted(owner, count));
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
