package io.mcpsession.mcpclient;

/** The thread was interrupted while it waited for the other server. Its interrupt flag is set. */
public final class InterruptedCallException extends RuntimeException {

    InterruptedCallException() {
        super("interrupted while waiting for another server", null, false, false);
    }
}
