package io.mcpsession.redis;

import java.util.ArrayList;
import java.util.List;

/** A Redis in which nobody may touch the keys of one partition, until it is closed. */
final class DeniedPartition implements AutoCloseable {

    private final RawRedis raw;

    private DeniedPartition(RawRedis raw) {
        this.raw = raw;
    }

    static DeniedPartition of(RawRedis raw, RedisConfig config, Partition denied) {
        List<String> rules = new ArrayList<>(List.of("ACL", "SETUSER", "default", "resetkeys"));
        Partitions.of(config).all().stream().filter(partition -> !partition.equals(denied))
                .map(partition -> "~*" + tag(partition) + "*").forEach(rules::add);
        raw.call(rules.toArray(String[]::new));
        return new DeniedPartition(raw);
    }

    private static String tag(Partition partition) {
        String key = partition.sessions();
        return key.substring(key.indexOf('{'), key.indexOf('}') + 1);
    }

    @Override
    public void close() {
        raw.call("ACL", "SETUSER", "default", "allkeys");
    }
}
