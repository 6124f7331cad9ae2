package io.mcpsession.redis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** One circuit for all of Redis; in a cluster one for each partition, because one shard may be away and others not. */
final class Circuits {

    private final LongSupplier nanos;
    private final Circuit all;
    private final boolean several;
    private final Map<String, Circuit> byTag = new ConcurrentHashMap<>();

    Circuits(Topology topology, LongSupplier nanos) {
        this.nanos = nanos;
        this.all = new Circuit(nanos);
        this.several = topology == Topology.CLUSTER;
    }

    /**
     * @param command name of what is asked, of which there are few
     * @param key     the first key it is about; empty for none
     */
    Circuit of(String command, String key) {
        if (!several) {
            return all;
        }
        return byTag.computeIfAbsent(tag(command, key), _ -> new Circuit(nanos));
    }

    /**
     * What keys of one shard have in common: their hash tag, or the command for keys without one.
     *
     * @param command name of what is asked, of which there are few
     * @param key     the first key it is about; empty for none
     */
    static String tag(String command, String key) {
        int begin = key.indexOf('{');
        int end = key.indexOf('}', begin + 1);
        return begin >= 0 && end > begin ? key.substring(begin, end) : command;
    }

    /** How many keep callers away just now. */
    int open() {
        return (int) byTag.values().stream().filter(Circuit::isOpen).count() + (all.isOpen() ? 1 : 0);
    }
}
