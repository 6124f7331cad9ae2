package io.mcpsession.session;

/** What became of a call that came with, or without, a session id. */
public sealed interface Resumption {

    /** A session of the caller's serves it; where its id is not the one that was sent, the client must be told. */
    record Served(Session session) implements Resumption {
    }

    /** It is served without a session. */
    record Sessionless() implements Resumption {
    }

    /** It is refused: there is no such session, or it is nobody's business whose it is. */
    record NotFound() implements Resumption {
    }

    /** It is refused for want of an id. */
    record IdRequired() implements Resumption {
    }
}
