package io.mcpsession.redis;

import io.mcpsession.session.Opening;
import io.mcpsession.session.Session;
import java.time.Instant;
import java.util.List;

/**
 * What a new session takes over from one that is over, in two steps where there is anything to take over: the first run
 * of a script says what is known of the client, and the second writes the record that has it.
 *
 * @param argument of the script: to be told, the id of the session whose subscriptions go on, or nothing
 * @param opening  what the session starts with
 */
record Inheritance(String argument, Opening opening) {

    private static final String TO_BE_TOLD = "?";
    private static final String NOTHING = "";

    static Inheritance of(Opening opening) {
        return new Inheritance(opening.leavesClientOpen() ? TO_BE_TOLD : NOTHING, opening);
    }

    /**
     * @param answer of the script: the second value is the id of the session that is over, the third what is known. What
     *               cannot be read is not known.
     */
    Inheritance told(Layout layout, List<Object> answer) {
        try {
            Session former = layout.read((String) answer.get(2), Instant.EPOCH);
            return new Inheritance((String) answer.get(1), opening.inPlaceOf(former));
        } catch (IllegalStateException e) {
            return new Inheritance(NOTHING, opening);
        }
    }
}
