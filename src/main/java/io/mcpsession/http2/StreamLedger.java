package io.mcpsession.http2;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which streams of one connection go on, and how much of what they brought has been read: the books of flow control
 * (RFC 9113, section 5.2), in place of Helidon's. Thread-safe.
 *
 * <p>Helidon 4.5.0 loses what it never reads, such as the rest of a message that was refused at its beginning, and what
 * two threads add to its sum at the same time. After 1 MiB of it whatever the connection carries waits for ever. Here
 * each byte makes room for another when it is read, or when its stream is over.
 */
final class StreamLedger {

    private static final class Stream {

        private boolean ended;
        private boolean answered;
        private boolean left;
        private long unread;
        private int untold;
    }

    private static final int RESET = 1000;

    private final Map<Integer, Stream> streams = new HashMap<>();
    private final int worthTelling;
    /** Those that were reset here lately, on which the client may go on for a moment: whether by Helidon. */
    private final Map<Integer, Boolean> reset = new LinkedHashMap<>() {

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
            return size() > RESET;
        }
    };
    private long room;
    private int newest;

    /**
     * @param window how much a connection, or a stream, may have under way, in bytes
     */
    StreamLedger(int window) {
        this.worthTelling = Math.max(1, window / 2);
    }

    synchronized void opened(int stream) {
        newest = Math.max(newest, stream);
        streams.putIfAbsent(stream, new Stream());
    }

    /**
     * Data came.
     *
     * @return whether somebody may read it
     */
    synchronized boolean received(int stream, int bytes) {
        Stream known = streams.get(stream);
        if (known == null || known.left) {
            room += bytes;
        } else {
            known.unread += bytes;
        }
        return known == null || !known.left;
    }

    /**
     * Data of a stream was read, or thrown away.
     *
     * @return how much room its client is to be given on the stream, in bytes; 0 when it need not be told yet
     */
    synchronized int read(int stream, int bytes) {
        Stream known = streams.get(stream);
        if (known == null) {
            return 0;
        }
        long read = Math.min(bytes, known.unread);
        known.unread -= read;
        room += read;
        known.untold += bytes;
        if (known.ended || known.untold < worthTelling) {
            return 0;
        }
        int told = known.untold;
        known.untold = 0;
        return told;
    }

    /** The client is done. */
    synchronized void ended(int stream) {
        Stream known = streams.get(stream);
        if (known != null) {
            known.ended = true;
            forgetIfOver(stream, known);
        }
    }

    /** The server is done. */
    synchronized void answered(int stream) {
        Stream known = streams.get(stream);
        if (known != null) {
            known.answered = true;
            forgetIfOver(stream, known);
        }
    }

    /** The server is done, and reads no more of what its client is not done with. */
    synchronized void left(int stream) {
        Stream known = streams.get(stream);
        if (known != null) {
            known.left = true;
            room += known.unread;
            known.unread = 0;
            forgetIfOver(stream, known);
        }
    }

    /** The client gives a stream up. */
    synchronized void resetByClient(int stream) {
        forget(stream);
    }

    /** Helidon gives a stream up. Of one that was answered its client goes on for a moment, and nobody hears it. */
    synchronized void resetByHelidon(int stream) {
        Stream known = streams.get(stream);
        if (known != null && known.answered) {
            left(stream);
        } else {
            forget(stream);
            reset.put(stream, true);
        }
    }

    /** A stream is given up that Helidon does not know, or is told to give up. */
    synchronized void refused(int stream) {
        forget(stream);
        reset.put(stream, false);
    }

    /** Whether Helidon has reset a stream lately, and hears what else comes on it. */
    synchronized boolean wasResetByHelidon(int stream) {
        return reset.getOrDefault(stream, false);
    }

    /** Whether nobody is to hear what else comes on a stream. */
    synchronized boolean isRefused(int stream) {
        return !reset.getOrDefault(stream, true);
    }

    /** The highest number of a stream that the client has begun; 0 when there is none. */
    synchronized int newest() {
        return newest;
    }

    /** How many streams are not over. */
    synchronized int size() {
        return streams.size();
    }

    /** Whether a stream was there, and is over: nothing may be said on it any more (RFC 9113, section 5.1). */
    synchronized boolean isOver(int stream) {
        return stream != 0 && stream <= newest && !streams.containsKey(stream);
    }

    private void forget(int stream) {
        Stream known = streams.remove(stream);
        room += known == null ? 0 : known.unread;
    }

    private void forgetIfOver(int stream, Stream known) {
        if (known.ended && (known.answered || known.left)) {
            forget(stream);
        }
    }

    /** How much room the client is to be given on the connection now, in bytes; 0 when it need not be told yet. */
    synchronized int takeRoom() {
        if (room < worthTelling) {
            return 0;
        }
        int given = Math.toIntExact(room);
        room = 0;
        return given;
    }

    /** Whether the server is done with a stream that its client is not done with. */
    synchronized boolean isAnswered(int stream) {
        Stream known = streams.get(stream);
        return known != null && known.answered;
    }

    /** Whether the client of a stream that goes on is done. */
    synchronized boolean isEnded(int stream) {
        Stream known = streams.get(stream);
        return known != null && known.ended;
    }

    /** The streams whose client is not done, and whose server may wait for it. */
    synchronized List<Integer> open() {
        return streams.entrySet().stream().filter(stream -> !stream.getValue().ended && !stream.getValue().left)
                .map(Map.Entry::getKey).toList();
    }
}
