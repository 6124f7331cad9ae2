package io.mcpsession.grpc;

import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import java.util.Base64;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Where a page of a user's sessions ended. It names the user too, so that one taken to another user's list is noticed
 * instead of answered with some page or other.
 */
final class PageToken {

    private PageToken() {
    }

    static String after(Principal owner, SessionId last) {
        String text = prefix(owner) + last.value();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(ISO_8859_1));
    }

    /** The session the page before ended with; empty when this is no token for {@code owner}. */
    static Optional<SessionId> parse(Principal owner, String token) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), ISO_8859_1);
            return text.startsWith(prefix(owner))
                    ? SessionId.parseAny(text.substring(prefix(owner).length()))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String prefix(Principal owner) {
        return owner.fingerprint() + '.';
    }
}
