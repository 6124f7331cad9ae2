package io.mcpsession.session;

/** What became of a request, which may be a repeated one, to open a session. */
public sealed interface Creation {

    /**
     * It was the first of its name.
     *
     * @param evicted how many of the user's sessions had to make room
     */
    record Made(Session session, int evicted) implements Creation {
    }

    /**
     * It was made before.
     *
     * @param id  of the session it opened then
     * @param now what has become of that
     */
    record Repeated(SessionId id, Lookup now) implements Creation {
    }

    /** Another request had the same name. */
    record NameTaken() implements Creation {
    }
}
