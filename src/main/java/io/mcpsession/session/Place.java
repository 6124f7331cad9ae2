package io.mcpsession.session;

import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Where a user's session can be found other than by its id.
 *
 * @param kind what kind of place
 * @param name its name as a client gave it: any text
 */
public record Place(Kind kind, String name) {

    /** Longest name that counts; the rest of a longer one is ignored. */
    private static final int LONGEST = 1024;

    public Place {
        name = name.length() <= LONGEST ? name : name.substring(0, LONGEST);
    }

    /** The place of the session that took the place of another, by the other's id. */
    public static Place formerly(String id) {
        return new Place(Kind.ALIAS, id);
    }

    /** The place of a conversation, by the name the client gives it. */
    public static Place conversation(String name) {
        return new Place(Kind.CONVERSATION, name);
    }

    /** The id of the session whose place it is; empty for one of another kind, or a name that is no id. */
    public Optional<SessionId> former() {
        return kind == Kind.ALIAS ? SessionId.parseAny(name) : Optional.empty();
    }

    /** A stable name for keys: 128 bits of SHA-256 as 22 characters of base64url. */
    public String fingerprint() {
        return Sha256.name((kind.name() + ' ' + name).getBytes(UTF_8));
    }

    /** Whether a new session may come where one was ended on purpose. */
    public boolean outlivesItsSession() {
        return switch (kind) {
            case ALIAS -> false;
            case CONVERSATION -> true;
        };
    }

    /** What kinds of place there are. */
    public enum Kind {
        ALIAS, CONVERSATION
    }
}
