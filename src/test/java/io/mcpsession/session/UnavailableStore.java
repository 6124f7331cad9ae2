package io.mcpsession.session;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A store that gives no answer. */
public class UnavailableStore implements SessionStore {

    private static StoreUnavailableException noAnswer() {
        return new StoreUnavailableException("no answer", null);
    }

    @Override
    public Placement create(SessionId id, Principal owner, Opening opening) {
        throw noAnswer();
    }

    @Override
    public Placement revive(SessionId id, Principal owner, Opening opening) {
        throw noAnswer();
    }

    @Override
    public Placement anchor(Place place, Optional<SessionId> presented, Optional<SessionId> candidate,
                            Principal owner, Opening opening) {
        throw noAnswer();
    }

    @Override
    public Lookup resume(SessionId id, Principal caller) {
        throw noAnswer();
    }

    @Override
    public Lookup find(SessionId id, Principal caller) {
        throw noAnswer();
    }

    @Override
    public Lookup find(SessionId id) {
        throw noAnswer();
    }

    @Override
    public Creation create(SessionId id, Principal owner, Opening opening, RequestId request) {
        throw noAnswer();
    }

    @Override
    public List<Lookup> lookUp(List<Inquiry> inquiries) {
        throw noAnswer();
    }

    @Override
    public long count(Principal owner) {
        throw noAnswer();
    }

    @Override
    public Lookup touch(SessionId id) {
        throw noAnswer();
    }

    @Override
    public Lookup update(SessionId id, UnaryOperator<Session> change) {
        throw noAnswer();
    }

    @Override
    public Lookup end(SessionId id, Ending ending) {
        throw noAnswer();
    }

    @Override
    public Lookup endLive(SessionId id, Ending ending) {
        throw noAnswer();
    }

    @Override
    public int endAll(Principal owner, Optional<SessionId> except, Ending ending) {
        throw noAnswer();
    }

    @Override
    public SessionPage list(Principal owner, Optional<SessionId> after, int size) {
        throw noAnswer();
    }

    @Override
    public long count() {
        throw noAnswer();
    }
}
