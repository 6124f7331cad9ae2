package io.mcpsession.session;

import java.util.List;

/**
 * Some of a user's sessions.
 *
 * @param sessions live sessions, oldest first
 * @param more     whether others follow the last one
 */
public record SessionPage(List<Session> sessions, boolean more) {

    public SessionPage {
        sessions = List.copyOf(sessions);
    }
}
