package io.mcpsession.redis;

import io.mcpsession.testing.MutableClock;
import java.time.Duration;

/**
 * Moves time for keys that Redis expires by a clock that no test can move: what a test's clock is advanced by, each key
 * under a prefix has less to live.
 */
final class TimeMachine {

    /**
     * A key with little time left is kept for the test's next steps, which take real time. A session's hash says itself
     * when it ends, so no store takes it for alive because of that; it is gone when that moment has come.
     */
    private static final String SCRIPT = """
            local passed, now, least = tonumber(ARGV[2]), tonumber(ARGV[3]), 1500
            for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
              local ttl = redis.call('PTTL', key)
              if ttl >= 0 then
                local left = ttl - passed
                local granted = nil
                if redis.call('TYPE', key).ok == 'hash' then granted = tonumber(redis.call('HGET', key, 'expires') or nil) end
                if granted and math.abs(granted - now - left) < 2000 then left = granted - now end
                if left <= 0 then redis.call('DEL', key) else redis.call('PEXPIRE', key, math.max(left, least)) end
              end
            end
            return 0""";

    private TimeMachine() {
    }

    static void follow(MutableClock clock, RawRedis redis, String prefix) {
        clock.tell(time -> move(redis, prefix, time, clock.millis()));
    }

    private static void move(RawRedis redis, String prefix, Duration time, long now) {
        redis.call("EVAL", SCRIPT, "0", prefix, Long.toString(time.toMillis()), Long.toString(now));
    }
}
