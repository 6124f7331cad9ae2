package io.mcpsession.session;

/** What became of a call that came with, or without, a session id. */
public sealed interface Resumption {

    /** The caller's own session goes on. */
    record Continued(Session session) implements Resumption {
    }

    /** A new session serves the call; the client must be told its id. */
    record Renewed(Session session) implements Resumption {
    }

    /** The session was ended on purpose: no policy brings it back. */
    record Gone() implements Resumption {
    }
}
