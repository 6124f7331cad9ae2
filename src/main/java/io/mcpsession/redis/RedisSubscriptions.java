package io.mcpsession.redis;

import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionSubscriptions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Subscriptions as one Redis set per session, in the session's own partition. */
public final class RedisSubscriptions implements SessionSubscriptions {

    private static final String NO_TIME = "";

    private final RedisCalls redis;
    private final Partitions partitions;
    private final SessionLimits limits;
    private final RedisTime time;

    public RedisSubscriptions(RedisCalls redis, RedisConfig config, SessionLimits limits, RedisTime time) {
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
        redis.number(LuaScript.UNSUBSCRIBE, List.of(partitions.of(session).subscriptionsOf(session)), NO_TIME, uri);
    }

    @Override
    public Set<String> of(SessionId session) {
        return redis.list(LuaScript.SUBSCRIPTIONS, List.of(partitions.of(session).subscriptionsOf(session)), NO_TIME)
                .stream().map(String.class::cast).collect(Collectors.toSet());
    }
}
