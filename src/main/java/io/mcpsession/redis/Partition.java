package io.mcpsession.redis;

import io.mcpsession.session.Place;
import io.mcpsession.session.Principal;
import io.mcpsession.session.RequestId;
import io.mcpsession.session.SessionId;

/**
 * The keys of one partition. Those of maps share a hash tag, so they live in one cluster slot and one script can keep
 * them consistent.
 *
 * @param sessions   Redis hash of an RMapCache: session id to record; or prefix of the hashes of one session each
 * @param timeouts   sorted set of that RMapCache: session id by expiry in milliseconds; or the sorted set
 *                   of sessions that Redis itself removes, by when they expire at the earliest
 * @param index      prefix of the sorted sets that hold the session ids of one user; behind each, with :clients, the hash of
 *                   what is known of the clients of sessions that are over
 * @param tombstones prefix of the keys that remember ended sessions
 * @param notes      prefix of the hashes that hold a session's notes
 * @param places     prefix of the keys that say which session is at a place, such as a conversation
 * @param streams    prefix of the streams that remember the events of calls
 * @param requests   prefix of the keys that remember which requests opened a session
 * @param log        stream of what happened to sessions
 * @param latch      key that lets one replica at a time reclaim this partition
 */
record Partition(String sessions, String timeouts, String index, String tombstones, String notes, String places,
                 String streams, String requests, String log, String latch) {

    /** Around one of the maps. */
    static Partition ofMaps(String prefix, int number) {
        String tag = ":{" + number + "}";
        String map = prefix + ":session" + tag;
        return new Partition(
                map,
                "redisson__timeout__set:" + map,
                prefix + ":user" + tag + ":",
                prefix + ":gone" + tag + ":",
                prefix + ":notes" + tag + ":",
                prefix + ":at" + tag + ":",
                prefix + ":stream" + tag + ":",
                prefix + ":request" + tag + ":",
                prefix + ":events" + tag,
                prefix + ":reclaim" + tag);
    }

    /** Around hashes of one session each. */
    static Partition ofHashes(String prefix) {
        return new Partition(
                prefix + ":session:",
                prefix + ":expiry",
                prefix + ":user:",
                prefix + ":gone:",
                prefix + ":notes:",
                prefix + ":at:",
                prefix + ":stream:",
                prefix + ":request:",
                prefix + ":events",
                prefix + ":reclaim");
    }

    String indexOf(Principal owner) {
        return indexOf(owner.fingerprint());
    }

    /** The same by the owner's fingerprint. */
    String indexOf(String owner) {
        return index + owner;
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

    /** Where it is written which session a request opened; the caller may have named the request by any text. */
    String requestOf(Principal owner, RequestId request) {
        return requests + owner.fingerprint() + ":" + request.fingerprint();
    }

    /** Where the session of an owner's place is named; the place may be any text. */
    String placeOf(Principal owner, Place place) {
        return placeOf(owner.fingerprint(), place);
    }

    /** The same by the owner's fingerprint. */
    String placeOf(String owner, Place place) {
        return places + owner + ":" + place.fingerprint();
    }
}
