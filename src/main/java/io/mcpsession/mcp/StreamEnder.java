package io.mcpsession.mcp;

import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionObserver;

/** Has every replica end the streams of sessions that are ended. */
public record StreamEnder(Bus bus) implements SessionObserver {

    @Override
    public void ended(Principal owner, int count, Ending ending) {
        bus.publish(new BusEvent.SessionsEnded(owner.fingerprint()));
    }
}
