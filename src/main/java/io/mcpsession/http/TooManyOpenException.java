package io.mcpsession.http;

/** A caller, or all of them together, have as much open as they may. Whoever closes something may try again. */
final class TooManyOpenException extends RuntimeException {

    /**
     * @param what is open, for the caller to read
     */
    TooManyOpenException(String what) {
        super("too many " + what, null, false, false);
    }
}
