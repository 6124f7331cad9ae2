package io.mcpsession.upstream;

import io.mcpsession.mcpclient.PeerSession;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whose GET stream at another server it is.
 *
 * @param session  at that server
 * @param own      of ours, when its client can be reached outside of its calls
 * @param user     fingerprint of the owner
 * @param declared what the client can be asked
 * @param headers  that tell for whom the stream is opened; asked for each time it is
 */
record StreamTarget(PeerSession session, Optional<SessionId> own, String user, JsonObject declared,
                    Supplier<Map<String, String>> headers) {
}
