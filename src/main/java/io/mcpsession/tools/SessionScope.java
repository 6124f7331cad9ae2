package io.mcpsession.tools;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.ToolException;
import io.mcpsession.session.Session;
import java.util.Optional;

/**
 * The session a tool works in: that of the call, or the one that a {@code handle} argument names where the protocol has
 * no sessions.
 */
final class SessionScope {

    static final String HANDLE = "handle";
    /** For the {@code properties} of an input schema. */
    static final String HANDLE_PROPERTY = """
            "handle": {"type": "string", "description": "What an earlier call of note_set gave as handle. Only needed \
            where the client has neither a session nor a conversation."}""";

    private SessionScope() {
    }

    /**
     * @throws ToolException when there is no session, or the handle names none; the text says what to do
     */
    static Session of(Call call, Arguments arguments) {
        return find(call, arguments).orElseThrow(() -> new ToolException("Nothing is kept yet: this client has no"
                + " session. Call note_set first; it gives a handle to pass as \"" + HANDLE + "\" in later calls."));
    }

    /** The session, if there is one. */
    static Optional<Session> find(Call call, Arguments arguments) {
        Optional<String> handle = arguments.optionalString(HANDLE);
        if (handle.isEmpty()) {
            return call.session();
        }
        return Optional.of(call.findHandle(handle.get()).orElseThrow(() -> new ToolException("The handle is unknown or"
                + " has expired, and what was kept under it is gone. Call note_set without a handle to begin anew.")));
    }
}
