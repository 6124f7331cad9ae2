package io.mcpsession.mcp;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.Sessions;
import java.util.Optional;

/**
 * State of callers whose protocol has no sessions: the same records behind another door. A handle is a session id that
 * travels as an argument; its tag binds it to the principal it was minted for, and that is checked on every use.
 */
public record Handles(Sessions sessions) {

    Session open(Principal principal, String version) {
        return sessions.open(principal, new Opening(version, ClientInfo.UNKNOWN));
    }

    Optional<Session> find(Principal principal, String handle) {
        return sessions.own(principal, handle);
    }

    Session ofConversation(Principal principal, String conversation, String version) {
        return sessions.ofConversation(principal, conversation, new Opening(version, ClientInfo.UNKNOWN));
    }
}
