package io.mcpsession.mcp;

import io.mcpsession.handler.Subscriber;
import io.mcpsession.session.Session;
import java.util.Set;

/** The sessions of servers behind this one that belong to a session here: what its client does outside of calls. */
public interface BridgedSessions {

    /** Its stream of server messages is open on this replica, until the result is closed. Does not wait. */
    Presence listening(Session session);

    /** It says that its roots have changed. Does not wait. */
    void rootsChanged(Session session);

    /** It has set the level of log messages that it wants. Waits a moment for those servers to know. */
    void levelChanged(Session session);

    /**
     * Somebody wants to hear of these resources and of no others; of none when it is gone. Does not wait.
     *
     * @param uris those it wanted before may be among them
     */
    void wants(Subscriber subscriber, Set<String> uris);

    /** Ends when the stream does. */
    @FunctionalInterface
    interface Presence extends AutoCloseable {

        @Override
        void close();
    }
}
