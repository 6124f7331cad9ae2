package io.mcpsession.session;

import io.mcpsession.session.SessionPolicy.Situation;

/** How a caller stands to the id it presented. */
sealed interface Standing {

    /** It stands for this live session of the caller's own. */
    record Own(Session session) implements Standing {
    }

    /** It stands for none. */
    record None(Situation situation) implements Standing {
    }
}
