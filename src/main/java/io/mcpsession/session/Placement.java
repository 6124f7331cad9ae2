package io.mcpsession.session;

/** What became of the wish for a session. */
public sealed interface Placement {

    /** There was one already. */
    record Found(Session session) implements Placement {
    }

    /**
     * A new one was made.
     *
     * @param evicted how many of the user's sessions had to make room
     */
    record Made(Session session, int evicted) implements Placement {
    }

    /** The id was ended on purpose, and nothing is made under it or in its place. */
    record Ended(Ending ending) implements Placement {
    }

    /** The id is older than any session may become, so nothing is revived under it. */
    record Outlived() implements Placement {
    }
}
