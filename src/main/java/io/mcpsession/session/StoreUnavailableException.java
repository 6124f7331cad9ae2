package io.mcpsession.session;

/** The store gave no answer in time. Never the same as absence: whoever reads it as "not found" ends live sessions. */
public class StoreUnavailableException extends RuntimeException {

    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
