package io.mcpsession.session;

/**
 * Why a session was ended before its time. It leaves a tombstone, so the id answers "gone" for as long as it could
 * otherwise have lived.
 *
 * @param kind   by whom
 * @param reason free text of the caller, at most {@link #MAX_REASON} characters; empty when it gave none
 */
public record Ending(Kind kind, String reason) {

    public static final int MAX_REASON = 256;

    /** Ended by its own client with DELETE. */
    public static final Ending DELETED = new Ending(Kind.DELETED, "");

    public Ending {
        if (reason.length() > MAX_REASON) {
            throw new IllegalArgumentException("reason takes at most " + MAX_REASON + " characters, was "
                    + reason.length());
        }
    }

    public static Ending revoked(String reason) {
        return new Ending(Kind.REVOKED, reason);
    }

    /** Who ended it. */
    public enum Kind {
        DELETED, REVOKED
    }
}
