package io.mcpsession.session;

import java.util.Map;
import java.util.Optional;

/**
 * Short texts that belong to a session and end with it. They live beside the record, not in it, so that a request which
 * needs none does not carry them.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store gave no answer.
 */
public interface SessionNotes {

    /** Most notes a session can hold. */
    int MAX_NOTES = 64;

    /** Longest note, in bytes of UTF-8. */
    int MAX_BYTES = 4096;

    /** Writes or replaces a note. */
    Outcome put(SessionId id, String name, String text);

    Optional<String> get(SessionId id, String name);

    /** All notes by name, in the order of their names. */
    Map<String, String> list(SessionId id);

    /** Whether there was such a note. */
    boolean delete(SessionId id, String name);

    /** What became of a write. */
    enum Outcome {
        STORED, TOO_MANY, SESSION_GONE
    }
}
