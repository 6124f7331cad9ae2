package io.mcpsession.mcp;

import io.mcpsession.session.Session;

/** The sessions of servers behind this one that belong to a session here: what its client does outside of calls. */
public interface BridgedSessions {

    /** Its stream of server messages is open on this replica, until the result is closed. Does not wait. */
    Presence listening(Session session);

    /** It says that its roots have changed. Does not wait. */
    void rootsChanged(Session session);

    /** It has set the level of log messages that it wants. Waits a moment for those servers to know. */
    void levelChanged(Session session);

    /** Ends when the stream does. */
    @FunctionalInterface
    interface Presence extends AutoCloseable {

        @Override
        void close();
    }
}
