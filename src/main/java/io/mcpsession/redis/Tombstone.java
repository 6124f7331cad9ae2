package io.mcpsession.redis;

import io.mcpsession.session.Ending;

/** The stored form of an ending: {@code deleted} or {@code revoked:<reason>}. */
final class Tombstone {

    private static final String DELETED = "deleted";
    private static final String REVOKED = "revoked:";

    private Tombstone() {
    }

    static String write(Ending ending) {
        return switch (ending.kind()) {
            case DELETED -> DELETED;
            case REVOKED -> REVOKED + ending.reason();
        };
    }

    static Ending read(String text) {
        // A kind that a newer replica invented still means "ended".
        return text.startsWith(REVOKED) ? Ending.revoked(text.substring(REVOKED.length())) : Ending.DELETED;
    }
}
