package io.mcpsession.redis;

import io.mcpsession.limit.Rate;
import io.mcpsession.limit.SharedPermits;
import java.util.List;

/** Token buckets as one small hash each, which goes when it would be full again. */
public final class RedisPermits implements SharedPermits {

    private final RedisCalls redis;
    private final String prefix;
    private final RedisTime time;

    public RedisPermits(RedisCalls redis, RedisConfig config, RedisTime time) {
        this.redis = redis;
        this.prefix = config.keyPrefix() + ":permits:";
        this.time = time;
    }

    @Override
    public long take(String bucket, Rate rate, int wanted) {
        return redis.numberOnce(LuaScript.PERMITS, List.of(prefix + bucket), time.argument(), rate.perSecond(),
                rate.burst(), wanted);
    }
}
