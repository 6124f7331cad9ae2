package io.mcpsession.session;

import java.util.Set;

/**
 * The resources a session wants to hear of; they end with it.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store gave no answer.
 */
public interface SessionSubscriptions {

    /** Most subscriptions of a session. */
    int MOST = 256;

    /** Most bytes of a session's URIs together, in UTF-8. */
    int MOST_BYTES = 64 * 1024;

    /** Longest URI, in characters. */
    int LONGEST = 2048;

    /**
     * @return false when the session holds too many or the URI is too long
     */
    boolean add(SessionId session, String uri);

    void remove(SessionId session, String uri);

    Set<String> of(SessionId session);
}
