package io.mcpsession.handler;

/** The client was asked and answered with an error, or not in time. */
public final class ClientRefusedException extends RuntimeException {

    public ClientRefusedException(String message) {
        super(message, null, false, false);
    }
}
