package io.mcpsession.mcpclient;

/** The other server no longer knows the session: it refused the request without carrying it out. */
public final class SessionLostException extends RuntimeException {

    SessionLostException() {
        super("the session is not known there any more", null, false, false);
    }
}
