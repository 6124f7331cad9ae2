package io.mcpsession.tools;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.ToolException;
import io.mcpsession.session.Session;

/** The session a tool works in. */
final class SessionScope {

    private SessionScope() {
    }

    /**
     * @throws ToolException when the call has none
     */
    static Session of(Call call) {
        return call.session().orElseThrow(() -> new ToolException("This tool works in a session, and protocol revision "
                + call.protocolVersion() + " has none. Use it through a client that opens sessions."));
    }
}
