package io.mcpsession;

/** The server cannot start; the message says why and what to do. */
final class StartException extends RuntimeException {

    StartException(String message) {
        super(message, null, false, false);
    }
}
