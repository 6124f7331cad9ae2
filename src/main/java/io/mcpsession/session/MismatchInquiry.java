package io.mcpsession.session;

import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Finds out whose session a foreign id was, for the audit, away from the request: the caller's answer takes the same
 * time whether the id is somebody's or nobody's.
 */
final class MismatchInquiry {

    private static final int MOST_AT_ONCE = 16;

    private final SessionStore store;
    private final SessionObserver observer;
    private final Semaphore permits = new Semaphore(MOST_AT_ONCE);

    MismatchInquiry(SessionStore store, SessionObserver observer) {
        this.store = store;
        this.observer = observer;
    }

    void ask(Principal caller, SessionId presented) {
        if (!permits.tryAcquire()) {
            // A flood of guesses is reported all the same, without the look-ups it would like to cause.
            observer.mismatched(caller, presented, Optional.empty());
            return;
        }
        Thread.ofVirtual().name("mismatch-inquiry").start(() -> {
            try {
                observer.mismatched(caller, presented, ownerOf(presented));
            } finally {
                permits.release();
            }
        });
    }

    private Optional<Principal> ownerOf(SessionId presented) {
        try {
            return store.find(presented) instanceof Lookup.Live(Session session)
                    ? Optional.of(session.owner())
                    : Optional.empty();
        } catch (RuntimeException e) {
            // No answer, or a record that cannot be read: the audit must hear of the attempt all the same.
            return Optional.empty();
        }
    }
}
