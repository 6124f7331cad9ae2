package io.mcpsession.upstream;

import io.mcpsession.handler.Subscriber;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The resources of one server that somebody here wants to hear of, and who does. What one user wants is bounded, so that
 * nobody's wishes keep another's away; what nobody wants any more is forgotten. Thread-safe.
 */
final class WatchedResources {

    /** Of one user; more than one listener may ask for. */
    static final int MOST_OF_ONE = 512;
    /** Of all users; some hundred bytes each. */
    private static final int MOST = 10_000;

    private final Map<Subscriber, Set<String>> wanted = new HashMap<>();
    private final Map<String, Integer> subscribers = new HashMap<>();
    /** How much each user wants; what two subscribers of a user want counts twice. */
    private final Map<String, Integer> wishes = new HashMap<>();

    /** What became of a wish. */
    enum Added {
        /** Nobody wanted it before. */
        FIRST,
        /** Others want it too. */
        KNOWN,
        /** The user wants too much, or all do. */
        REFUSED
    }

    synchronized Added add(String uri, Subscriber subscriber) {
        if (wanted.getOrDefault(subscriber, Set.of()).contains(uri)) {
            return Added.KNOWN;
        }
        if (isFull(subscriber) || !contains(uri) && subscribers.size() >= MOST) {
            return Added.REFUSED;
        }
        wanted.computeIfAbsent(subscriber, _ -> new HashSet<>()).add(uri);
        wishes.merge(subscriber.user(), 1, Integer::sum);
        return subscribers.merge(uri, 1, Integer::sum) == 1 ? Added.FIRST : Added.KNOWN;
    }

    /** Whether the user of a subscriber wants as much as it may. */
    synchronized boolean isFull(Subscriber subscriber) {
        return wishes.getOrDefault(subscriber.user(), 0) >= MOST_OF_ONE;
    }

    /**
     * A subscriber wants these and no others.
     *
     * @return those that nobody wants any more
     */
    synchronized Set<String> retain(Subscriber subscriber, Set<String> uris) {
        Set<String> unwanted = new HashSet<>();
        for (String uri : Set.copyOf(wanted.getOrDefault(subscriber, Set.of()))) {
            if (!uris.contains(uri)) {
                remove(subscriber, uri);
                if (!contains(uri)) {
                    unwanted.add(uri);
                }
            }
        }
        return unwanted;
    }

    private void remove(Subscriber subscriber, String uri) {
        Set<String> mine = wanted.get(subscriber);
        if (mine != null && mine.remove(uri)) {
            if (mine.isEmpty()) {
                wanted.remove(subscriber);
            }
            lessen(subscribers, uri);
            lessen(wishes, subscriber.user());
        }
    }

    private static void lessen(Map<String, Integer> counts, String key) {
        counts.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }

    /** The server does not tell of it, to nobody. */
    synchronized void drop(String uri) {
        Set.copyOf(wanted.keySet()).forEach(subscriber -> remove(subscriber, uri));
    }

    synchronized boolean contains(String uri) {
        return subscribers.containsKey(uri);
    }

    synchronized Set<String> uris() {
        return Set.copyOf(subscribers.keySet());
    }
}
