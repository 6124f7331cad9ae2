package io.mcpsession.relay;

import io.mcpsession.session.SessionId;
import java.util.concurrent.CompletionStage;

/**
 * What a replica waits for on behalf of a session, so that the others can tell it from what nobody waits for: the answer
 * to a question, or word that a call is no longer wanted. Bounded for each session, and forgotten some time after a
 * replica that was killed.
 *
 * <p>No method waits for the store. What they answer fails with
 * {@link io.mcpsession.session.StoreUnavailableException} when it gave no answer.
 */
public interface Awaited {

    /**
     * From now on somebody may take it.
     *
     * @param what short, and unique in the session
     * @return false when somebody came to take it too early, see {@link #takeOrLeaveWord}; then nobody can any more
     */
    CompletionStage<Boolean> begin(SessionId session, String what);

    /** Takes what is waited for: of all who try one succeeds. Whoever began it takes it back in the same way. */
    CompletionStage<Boolean> take(SessionId session, String what);

    /** The same; when nobody waits, whoever begins to within seconds is told. */
    CompletionStage<Boolean> takeOrLeaveWord(SessionId session, String what);
}
