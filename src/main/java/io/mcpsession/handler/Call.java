package io.mcpsession.handler;

import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Map;
import java.util.Optional;

/**
 * One call in progress: who makes it, and the way back to the client while it runs. Thread-safe; not to be kept after
 * the handler has returned.
 */
public interface Call {

    /** The verified caller. */
    Principal principal();

    /**
     * The caller's session. In the stateless era it is that of the conversation, if the client names one; empty where
     * there is none.
     */
    Optional<Session> session();

    /** The protocol revision in force, such as {@code 2025-11-25}. */
    String protocolVersion();

    /** The {@code _meta} of the request; empty when it has none. */
    JsonObject meta();

    /**
     * Tells the client how far the call is. Goes nowhere unless the client asked for progress, and never backwards: a
     * value that is not above the last one is dropped.
     *
     * @param total   0 when not known
     * @param message empty for none
     * @throws CallCancelledException when nobody waits for the answer any more
     */
    void progress(double done, double total, String message);

    /**
     * Sends a log message, when the client wants messages of this level.
     *
     * @param logger who logs; empty for none
     * @throws CallCancelledException when nobody waits for the answer any more
     */
    void log(LogLevel level, String logger, JsonValue data);

    /**
     * Asks the client and waits for its answers.
     *
     * <p>In the stateless era nothing waits: the call ends with the questions, and the handler runs again from its
     * start when the answers are there; this method then returns at once. So a handler must ask before it changes
     * anything, and under the same keys each time.
     *
     * @param questions by a key of the handler's choice
     * @return the client's results by the same keys
     * @throws ClientRefusedException when the client answered with an error or not in time, or could not be asked
     * @throws CallCancelledException when nobody waits for the answer any more
     */
    Map<String, JsonObject> ask(Map<String, ClientRequest> questions);

    /** Asks the client one thing. */
    default JsonObject ask(String key, ClientRequest question) {
        return ask(Map.of(key, question)).get(key);
    }

    /** The least severe level of log messages that the client wants; empty when it wants none. */
    Optional<LogLevel> logLevel();

    /** Whether the client has declared a capability, such as {@code sampling} or {@code elicitation}. */
    boolean clientCan(String capability);

    /** Whether there is a way to ask the client while this call runs. */
    boolean canAsk();

    /** What the client declares that it can do, as it declares it. */
    JsonObject clientCapabilities();

    /**
     * What a client adds when it repeats a call that ended with {@code input_required}: the members
     * {@code inputResponses} and {@code requestState}, as they came; empty for a call that is no repetition.
     */
    JsonObject continuation();

    /**
     * Passes on a notification of another server unchanged. A log message goes nowhere when the client wants none of its
     * level.
     *
     * @throws CallCancelledException when nobody waits for the answer any more
     */
    void relay(String method, JsonObject params);

    /**
     * Opens a state handle: a session that the client names by an argument of its calls, because nothing else connects
     * them (2026-07-28, Stateless Servers). Its id is the handle, and is good for this principal alone.
     */
    Session openHandle();

    /**
     * What a handle stands for. Restarts its idle timer.
     *
     * @return empty when it has expired, was ended, is somebody else's or never was
     */
    Optional<Session> findHandle(String handle);

    /** Whether nobody waits for the answer any more. A long-running handler looks now and then and gives up. */
    boolean cancelled();
}
