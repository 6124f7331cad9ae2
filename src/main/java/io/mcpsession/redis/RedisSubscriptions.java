package io.mcpsession.redis;

import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionSubscriptions;
import java.util.List;
import java.util.Set;
import org.redisson.api.RSet;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** Subscriptions as one Redis set per session, in the session's own partition. */
public final class RedisSubscriptions implements SessionSubscriptions {

    private final RedissonClient redisson;
    private final RedisCalls redis;
    private final Partitions partitions;
    private final SessionLimits limits;
    private final RedisTime time;

    public RedisSubscriptions(RedissonClient redisson, RedisCalls redis, RedisConfig config, SessionLimits limits,
                              RedisTime time) {
        this.redisson = redisson;
        this.redis = redis;
        this.partitions = Partitions.of(config);
        this.limits = limits;
        this.time = time;
    }

    @Override
    public boolean add(SessionId session, String uri) {
        Partition partition = partitions.of(session);
        return uri.length() <= LONGEST && redis.number(LuaScript.SUBSCRIBE,
                List.of(partition.sessions(), partition.timeouts(), partition.subscriptionsOf(session)),
                time.argument(), session.value(), uri, MOST, limits.deadline(session).toEpochMilli(),
                MOST_BYTES) == 1;
    }

    @Override
    public void remove(SessionId session, String uri) {
        redis.await("unsubscribe", () -> set(session).removeAsync(uri));
    }

    @Override
    public Set<String> of(SessionId session) {
        return redis.await("subscriptions", () -> set(session).readAllAsync());
    }

    private RSet<String> set(SessionId session) {
        return redisson.getSet(partitions.of(session).subscriptionsOf(session), StringCodec.INSTANCE);
    }
}
