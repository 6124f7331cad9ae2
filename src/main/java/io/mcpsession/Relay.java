package io.mcpsession;

import io.mcpsession.redis.RedisAwaited;
import io.mcpsession.redis.RedisBus;
import io.mcpsession.redis.RedisCalls;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.redis.RedisEventLog;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.relay.Awaited;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.EventLog;
import io.mcpsession.relay.LongTexts;

/** How replicas do together what concerns one client. */
record Relay(Bus bus, Awaited awaited, EventLog log) {

    static Relay on(RedisBus bus, RedisCalls redis, RedisConfig config) {
        return new Relay(bus, new RedisAwaited(redis, config), new RedisEventLog(redis, config, RedisTime.server()));
    }

    LongTexts texts() {
        return new LongTexts(log);
    }
}
