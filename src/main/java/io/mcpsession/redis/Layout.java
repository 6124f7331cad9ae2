package io.mcpsession.redis;

import io.mcpsession.session.Session;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** How sessions lie in Redis. Keys and scripts differ by it; what the store promises does not. */
public enum Layout {

    /** Redisson's RMapCache, spread over partitions. Other JVM services may open the maps. */
    MAP_CACHE("layout-map-cache", false) {
        @Override
        List<Partition> partitions(String prefix, int number) {
            return IntStream.range(0, number).mapToObj(it -> Partition.ofMaps(prefix, it)).toList();
        }

        @Override
        String mark(String owner) {
            return SessionRecord.beginning(owner);
        }

        @Override
        String write(Session session) {
            return SessionRecord.write(session);
        }

        @Override
        Session read(String text, Instant expires) {
            return SessionRecord.read(text, expires);
        }
    },

    /**
     * The original system's: one Redis hash for each session, which Redis itself expires. A session and what surrounds
     * it have keys in different slots, and a script needs them together, so this is nothing for a Redis Cluster.
     */
    HASH("layout-hash", true) {
        @Override
        List<Partition> partitions(String prefix, int number) {
            return List.of(Partition.ofHashes(prefix));
        }

        @Override
        String mark(String owner) {
            return owner;
        }

        @Override
        String write(Session session) {
            return SessionFields.write(session);
        }

        @Override
        Session read(String text, Instant expires) {
            return SessionFields.read(text, expires);
        }
    };

    private final String prelude;
    private final boolean original;

    Layout(String prelude, boolean original) {
        this.prelude = prelude;
        this.original = original;
    }

    /** The file with the functions that scripts read and write sessions by. */
    String prelude() {
        return prelude;
    }

    /** As the setting names it. */
    String settingName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the original system keeps its sessions in the same way, so that its ids are sessions here as well. */
    public boolean isOriginal() {
        return original;
    }

    /** Whether Redis removes what has expired, and nobody else needs to. */
    boolean expiresByItself() {
        return original;
    }

    abstract List<Partition> partitions(String prefix, int number);

    /** What scripts know the sessions of an owner by, who is given by the fingerprint. */
    abstract String mark(String owner);

    /** A session as scripts take it. */
    abstract String write(Session session);

    /**
     * What a script said of a session.
     *
     * @throws IllegalStateException when it is none; the message does not repeat it
     */
    abstract Session read(String text, Instant expires);
}
