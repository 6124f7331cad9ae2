package io.mcpsession.mcp;

import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;

/**
 * Who is calling, and in which session.
 *
 * @param principal the verified caller
 * @param session   the caller's session as it was when the call arrived
 */
public record Call(Principal principal, Session session) {
}
