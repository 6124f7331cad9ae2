package io.mcpsession.redis;

import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;

/**
 * The keys of one partition. They share a hash tag, so they live in one cluster slot and one script can keep them
 * consistent.
 *
 * @param map        Redis hash of an RMapCache: session id to record
 * @param timeouts   sorted set of that RMapCache: session id by expiry in milliseconds
 * @param index      prefix of the sorted sets that hold the session ids of one user
 * @param tombstones prefix of the keys that remember ended sessions
 * @param notes      prefix of the hashes that hold a session's notes
 * @param streams    prefix of the streams that remember the events of calls
 * @param latch      key that lets one replica at a time reclaim this partition
 */
record Partition(String map, String timeouts, String index, String tombstones, String notes, String streams,
                 String latch) {

    static Partition of(String prefix, int number) {
        String tag = ":{" + number + "}";
        String map = prefix + ":session" + tag;
        return new Partition(
                map,
                "redisson__timeout__set:" + map,
                prefix + ":user" + tag + ":",
                prefix + ":gone" + tag + ":",
                prefix + ":notes" + tag + ":",
                prefix + ":stream" + tag + ":",
                prefix + ":reclaim" + tag);
    }

    String indexOf(Principal owner) {
        return index + owner.fingerprint();
    }

    String tombstoneOf(SessionId id) {
        return tombstones + id.value();
    }

    /** Beside the notes, under the same prefix, so that the scripts that end a session find both. */
    String subscriptionsOf(SessionId id) {
        return notesOf(id) + ":subscriptions";
    }

    String notesOf(SessionId id) {
        return notes + id.value();
    }
}
