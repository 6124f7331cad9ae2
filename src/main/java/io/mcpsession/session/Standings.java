package io.mcpsession.session;

import io.mcpsession.session.SessionPolicy.Situation;
import java.util.Optional;

/** Finds out how callers stand to the ids they present. Thread-safe. */
final class Standings {

    private final SessionStore store;
    private final SessionIds ids;
    private final SessionObserver observer;
    private final MismatchInquiry mismatches;

    Standings(SessionStore store, SessionIds ids, SessionObserver observer) {
        this.store = store;
        this.ids = ids;
        this.observer = observer;
        this.mismatches = new MismatchInquiry(store, observer);
    }

    /** Restarts the idle timer of the caller's own session. */
    Standing of(Arrival arrival) {
        if (arrival.presented().isEmpty()) {
            return new Standing.None(Situation.MISSING);
        }
        Optional<SessionId> id = ids.parse(arrival.presented().get());
        if (id.isEmpty()) {
            return new Standing.None(Situation.UNKNOWN);
        }
        if (ids.denies(id.get(), arrival.caller())) {
            mismatches.ask(arrival.caller(), id.get());
            return new Standing.None(Situation.FOREIGN);
        }
        return switch (store.resume(id.get(), arrival.caller())) {
            case Lookup.Live(Session session) -> {
                observer.touched();
                yield new Standing.Own(session);
            }
            case Lookup.Absent _ ->
                    new Standing.None(id.get().isOriginal() ? Situation.UNKNOWN : Situation.EXPIRED);
            case Lookup.Ended _ -> new Standing.None(Situation.ENDED);
            case Lookup.OtherOwner(Principal owner) -> {
                observer.mismatched(arrival.caller(), id.get(), Optional.of(owner));
                yield new Standing.None(Situation.FOREIGN);
            }
        };
    }

    /** The id presented, if its tag proves it to be the caller's. */
    Optional<SessionId> provenId(Arrival arrival) {
        return arrival.presented().flatMap(presented -> proven(arrival.caller(), presented));
    }

    Optional<SessionId> proven(Principal caller, String presented) {
        return ids.parse(presented).filter(id -> ids.proves(id, caller));
    }
}
