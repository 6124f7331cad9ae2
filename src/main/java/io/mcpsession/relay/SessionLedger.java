package io.mcpsession.relay;

import io.mcpsession.session.SessionId;
import java.util.Map;

/**
 * Remembers which sessions of other servers belong to which session of ours, beyond the end of ours: its record is gone
 * by then, and somebody has to end the others. What is noted here is forgotten some time after ours must have ended.
 *
 * <p>Every method throws {@link io.mcpsession.session.StoreUnavailableException} when the store gave no answer.
 */
public interface SessionLedger {

    /** Notes a session of the server {@code upstream}, in place of an earlier one. */
    void note(SessionId own, String upstream, String id);

    /**
     * Takes what is noted out of the ledger, so that of all replicas that try one gets it.
     *
     * @return ids by the names of their servers
     */
    Map<String, String> take(SessionId own);
}
