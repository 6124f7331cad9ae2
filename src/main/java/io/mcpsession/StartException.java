package io.mcpsession;

import java.util.function.Supplier;

/** The server cannot start; the message says in one line why and what to do. */
final class StartException extends RuntimeException {

    StartException(String message) {
        super(message, null, false, false);
    }

    /**
     * Starts a part that says for itself what it lacks.
     *
     * @throws StartException with what it said
     */
    static <T> T unless(Supplier<T> start) {
        try {
            return start.get();
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new StartException(e.getMessage());
        }
    }
}
