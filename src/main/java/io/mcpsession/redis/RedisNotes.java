package io.mcpsession.redis;

import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionNotes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Notes as one Redis hash per session, in the session's own partition, so that they end with it in the same step: every
 * verb asks for the session's expiry in its own script.
 */
public final class RedisNotes implements SessionNotes {

    private final RedisCalls redis;
    private final Partitions partitions;
    private final SessionLimits limits;
    private final RedisTime time;

    public RedisNotes(RedisCalls redis, RedisConfig config, SessionLimits limits, RedisTime time) {
        this.redis = redis;
        this.partitions = Partitions.of(config);
        this.limits = limits;
        this.time = time;
    }

    @Override
    public Outcome put(SessionId id, String name, String text) {
        long answer = redis.number(LuaScript.NOTE_PUT, keysOf(id),
                time.argument(), id.value(), name, text, MAX_NOTES, limits.deadline(id).toEpochMilli());
        return answer == 1 ? Outcome.STORED : answer == 0 ? Outcome.TOO_MANY : Outcome.SESSION_GONE;
    }

    @Override
    public Optional<String> get(SessionId id, String name) {
        return redis.text(LuaScript.NOTE_GET, keysOf(id), time.argument(), id.value(), name);
    }

    @Override
    public Map<String, String> list(SessionId id) {
        List<Object> answer = redis.list(LuaScript.NOTE_LIST, keysOf(id), time.argument(), id.value());
        Map<String, String> notes = new TreeMap<>();
        for (int i = 0; i < answer.size(); i += 2) {
            notes.put((String) answer.get(i), (String) answer.get(i + 1));
        }
        return notes;
    }

    @Override
    public boolean delete(SessionId id, String name) {
        return redis.numberOnce(LuaScript.NOTE_DELETE, keysOf(id), time.argument(), id.value(), name) == 1;
    }

    private List<Object> keysOf(SessionId id) {
        Partition partition = partitions.of(id);
        return List.of(partition.sessions(), partition.timeouts(), partition.notesOf(id));
    }
}
