package io.mcpsession.http;

import io.mcpsession.limit.Occupancy;
import java.util.Optional;

/** What each caller may have open on this replica at a time, so that nobody takes it from the others. */
public final class CallerShares {

    /** Several callers are served beside one that reads nothing. */
    private static final int BYTES_OF_ONE = 4;

    private final Occupancy requests;
    private final Occupancy streams;
    private final Occupancy bytes;
    private final long queuedBytes;

    public CallerShares(Limits limits) {
        this.requests = new Occupancy(limits.requestsPerCaller(), Long.MAX_VALUE);
        this.streams = new Occupancy(limits.streamsPerCaller(), limits.streams());
        this.queuedBytes = limits.queuedBytes();
        this.bytes = new Occupancy(limits.queuedBytes() / BYTES_OF_ONE, limits.queuedBytes());
    }

    /**
     * @param requestsPerCaller most requests of one caller that are being served
     * @param streamsPerCaller  most event streams of one caller
     * @param streams           most event streams of all callers together
     * @param queuedBytes       most that waits on all streams together for clients to read it
     */
    public record Limits(int requestsPerCaller, int streamsPerCaller, int streams, long queuedBytes) {
    }

    /** What something is taken for; it ends with it. Closing it again does nothing. */
    static final class Place implements AutoCloseable {

        private final Occupancy of;
        private final String holder;
        private boolean given;

        private Place(Occupancy of, String holder) {
            this.of = of;
            this.holder = holder;
        }

        @Override
        public synchronized void close() {
            if (!given) {
                given = true;
                of.give(holder, 1);
            }
        }
    }

    /**
     * The share of one caller.
     *
     * @param holder names the caller among all
     */
    Share of(String holder) {
        return new Share(holder);
    }

    /** What one caller takes. */
    final class Share {

        private final String holder;

        private Share(String holder) {
            this.holder = holder;
        }

        /** Names the caller among all. */
        String holder() {
            return holder;
        }

        /**
         * Begins to serve a request.
         *
         * @throws TooManyOpenException when the caller has as many as it may
         */
        Place request() {
            return take(requests, "requests at a time");
        }

        /**
         * Begins an event stream.
         *
         * @throws TooManyOpenException when there are as many as there may be
         */
        Place stream() {
            return take(streams, "open streams");
        }

        private Place take(Occupancy of, String what) {
            Optional<Occupancy.Scope> full = of.take(holder, 1);
            if (full.isPresent()) {
                throw new TooManyOpenException(what + (full.get() == Occupancy.Scope.ALL ? " of all callers" : ""));
            }
            return new Place(of, holder);
        }

        /** Whether so many bytes may wait for the caller to read them; then they are to be given back. */
        boolean queue(long length) {
            if (bytes.take(holder, length).isEmpty()) {
                return true;
            }
            // What is larger than a whole share waits alone.
            boolean alone = bytes.of(holder) == 0 && (bytes.all() == 0 || bytes.all() + length <= queuedBytes);
            if (alone) {
                bytes.force(holder, length);
            }
            return alone;
        }

        /** Some few bytes wait in any case. */
        void queueAnyway(long length) {
            bytes.force(holder, length);
        }

        void read(long length) {
            if (length > 0) {
                bytes.give(holder, length);
            }
        }
    }

    /** How many bytes wait to be read. */
    long queued() {
        return bytes.all();
    }
}
