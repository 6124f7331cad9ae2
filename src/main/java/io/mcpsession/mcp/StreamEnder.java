package io.mcpsession.mcp;

import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionObserver;
import io.mcpsession.session.SessionPolicy;

/** Has every replica end the streams of sessions that are over. */
public record StreamEnder(Bus bus) implements SessionObserver {

    /** What is said from now on goes to the new session, so its client must leave the stream of the old one. */
    @Override
    public void renewed(Session session, SessionPolicy.Situation why) {
        if (why == SessionPolicy.Situation.EXPIRED) {
            bus.publish(new BusEvent.SessionsEnded(session.owner().fingerprint()));
        }
    }

    @Override
    public void ended(Principal owner, int count, Ending ending) {
        bus.publish(new BusEvent.SessionsEnded(owner.fingerprint()));
    }
}
