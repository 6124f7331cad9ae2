package io.mcpsession.ops;

import io.mcpsession.session.Ending;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/** One line per event of a session's life; ids and users only as hashes. */
public final class AuditLog implements SessionObserver {

    private static final Logger LOG = System.getLogger("io.mcpsession.audit");

    @Override
    public void opened(Session session) {
        LOG.log(Level.DEBUG, () -> "session opened " + session.id() + " " + session.owner());
    }

    @Override
    public void renewed(Session session, RenewalCause cause) {
        LOG.log(Level.DEBUG, () -> "session renewed " + session.id() + " " + session.owner() + " cause=" + cause);
    }

    @Override
    public void mismatched(Principal caller, SessionId presented, Optional<Principal> owner) {
        LOG.log(Level.WARNING, () -> "session mismatch " + presented + " caller=" + caller
                + " owner=" + owner.map(Principal::toString).orElse("unknown"));
    }

    @Override
    public void ended(Principal owner, int count, Ending ending) {
        LOG.log(Level.INFO, () -> "sessions ended " + owner + " count=" + count + " by=" + ending.kind());
    }
}
