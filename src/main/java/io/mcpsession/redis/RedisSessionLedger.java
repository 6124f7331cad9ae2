package io.mcpsession.redis;

import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The ledger as one Redis hash per session, outside of the session's partition so that it outlives the session. */
public final class RedisSessionLedger implements SessionLedger {

    /** Longer than it takes to notice that a session has ended. */
    private static final Duration SLACK = Duration.ofHours(1);
    /** Longer than anybody asks again for an answer that was lost. */
    private static final Duration TAKEN_KEPT = Duration.ofMinutes(1);
    private static final String NO_TIME = "";

    private final RedisCalls redis;
    private final String prefix;
    private final Duration kept;

    public RedisSessionLedger(RedisCalls redis, RedisConfig config, SessionLimits limits) {
        this.redis = redis;
        this.prefix = config.keyPrefix() + ":upstream:";
        this.kept = limits.absoluteLifetime().plus(SLACK);
    }

    @Override
    public void note(SessionId own, String upstream, String id) {
        redis.number(LuaScript.LEDGER_NOTE, keys(own), NO_TIME, upstream, id, kept.toMillis());
    }

    @Override
    public Map<String, String> take(SessionId own) {
        String taking = UUID.randomUUID().toString();
        List<Object> answer;
        try {
            answer = take(own, taking);
        } catch (StoreUnavailableException e) {
            // The answer may have been lost, and is the same for the same taking.
            answer = take(own, taking);
        }
        Map<String, String> taken = HashMap.newHashMap(answer.size() / 2);
        for (int i = 0; i + 1 < answer.size(); i += 2) {
            taken.put((String) answer.get(i), (String) answer.get(i + 1));
        }
        return taken;
    }

    private List<Object> take(SessionId own, String taking) {
        return redis.listOnce(LuaScript.LEDGER_TAKE, keys(own), NO_TIME, taking, TAKEN_KEPT.toMillis());
    }

    private List<Object> keys(SessionId own) {
        return List.of(prefix + own.value());
    }
}
