package io.mcpsession.session;

/** What the store says of an id. */
public sealed interface Lookup {

    /** The session exists, inside its idle TTL and its absolute lifetime. */
    record Live(Session session) implements Lookup {
    }

    /** No such session: never made, or expired. */
    record Absent() implements Lookup {
        public static final Absent INSTANCE = new Absent();
    }

    /** Ended by its client or revoked; it never comes back. */
    record Ended(Ending ending) implements Lookup {
    }

    /** The session is alive but belongs to somebody else. Outside callers must not be told. */
    record OtherOwner(Principal owner) implements Lookup {
    }
}
