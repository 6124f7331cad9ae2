package io.mcpsession.mcpclient;

/** The other server no longer knows the session: it refused the request without carrying it out. */
public final class SessionLostException extends RuntimeException {

    private final transient RuntimeException refusal;

    SessionLostException(RuntimeException refusal) {
        super("the session is not known there any more", null, false, false);
        this.refusal = refusal;
    }

    /** What it said, for when a new session fares no better: then it was not the session. */
    public RuntimeException refusal() {
        return refusal;
    }
}
