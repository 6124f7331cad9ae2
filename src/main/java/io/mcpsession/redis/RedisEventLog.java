package io.mcpsession.redis;

import io.mcpsession.relay.EventLog;
import io.mcpsession.session.SessionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The events of a call as one Redis stream, in the session's own partition; forgotten some minutes after the last. All
 * that is remembered for one user is bounded: what was silent for longest makes room.
 */
public final class RedisEventLog implements EventLog {

    private static final Duration KEPT = Duration.ofMinutes(5);
    /** Characters read by one script; what is longer is read alone. */
    private static final int AT_ONCE = 256 * 1024;
    /** Of one user; more than the largest results of some calls. */
    private static final int MOST_BYTES = 16 * 1024 * 1024;
    /** Of one user. */
    private static final int MOST_STREAMS = 256;
    private static final String NO_TIME = "";

    private final RedisCalls redis;
    private final Partitions partitions;
    private final RedisTime time;

    public RedisEventLog(RedisCalls redis, RedisConfig config, RedisTime time) {
        this.redis = redis;
        this.partitions = Partitions.of(config);
        this.time = time;
    }

    @Override
    public void begin(SessionId session, String stream) {
        // What the store lost is logged there.
        redis.send(LuaScript.EVENT_APPEND, keys(session, stream), arguments(session, new Entry(0, "", false)));
    }

    @Override
    public void append(SessionId session, String stream, Entry entry) {
        redis.number(LuaScript.EVENT_APPEND, keys(session, stream), arguments(session, entry));
    }

    private List<Object> keys(SessionId session, String stream) {
        Partition partition = partitions.of(session);
        return List.of(partition.sessions(), partition.timeouts(), key(session, stream));
    }

    private Object[] arguments(SessionId session, Entry entry) {
        return new Object[] {time.argument(), entry.number(), MAX_EVENTS, KEPT.toMillis(), entry.data(),
                entry.last() ? "1" : "0", session.value(), partitions.of(session).streams(), MOST_BYTES, MOST_STREAMS};
    }

    @Override
    public Optional<Replay> after(SessionId session, String stream, long after) {
        List<Object> answer = redis.list(LuaScript.EVENTS_AFTER, List.of(key(session, stream)), NO_TIME, after,
                AT_ONCE);
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
