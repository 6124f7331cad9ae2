package io.mcpsession.redis;

import io.mcpsession.relay.EventLog;
import io.mcpsession.session.SessionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The events of a call as one Redis stream, in the session's own partition; forgotten some minutes after the last. */
public final class RedisEventLog implements EventLog {

    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final String NO_TIME = "";

    private final RedisCalls redis;
    private final Partitions partitions;

    public RedisEventLog(RedisCalls redis, RedisConfig config) {
        this.redis = redis;
        this.partitions = Partitions.of(config);
    }

    @Override
    public void append(SessionId session, String stream, Entry entry) {
        redis.number(LuaScript.EVENT_APPEND, List.of(key(session, stream)),
                NO_TIME, entry.number(), MAX_EVENTS, KEPT.toMillis(), entry.data(), entry.last() ? "1" : "0");
    }

    @Override
    public Optional<Replay> after(SessionId session, String stream, long after) {
        List<Object> answer = redis.list(LuaScript.EVENTS_AFTER, List.of(key(session, stream)), NO_TIME, after);
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 1; i + 2 < answer.size(); i += 3) {
            entries.add(new Entry(((Number) answer.get(i)).longValue(), (String) answer.get(i + 1),
                    answer.get(i + 2).equals("1")));
        }
        return Optional.of(new Replay(entries, ((Number) answer.getFirst()).longValue() == 1));
    }

    private String key(SessionId session, String stream) {
        return partitions.of(session).streams() + session.value() + ":" + stream;
    }
}
