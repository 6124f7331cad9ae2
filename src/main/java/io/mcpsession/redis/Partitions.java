package io.mcpsession.redis;

import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import java.util.List;

/**
 * The partitions by session and by owner. One RMapCache is one Redis key, so one shard of a cluster; several spread
 * over all. All sessions of one user are in one of them.
 */
record Partitions(List<Partition> all) {

    static Partitions of(RedisConfig config) {
        return new Partitions(config.layout().partitions(config.keyPrefix(), config.partitions()));
    }

    Partition of(SessionId id) {
        return of(id.bucket());
    }

    Partition of(Principal owner) {
        return of(SessionIds.bucketOf(owner));
    }

    private Partition of(char bucket) {
        return all.get(SessionIds.bucketNumber(bucket) & all.size() - 1);
    }
}
