package io.mcpsession.redis;

import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionNotes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.redisson.api.RMap;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** Notes as one Redis hash per session, in the session's own partition, so that they end with it in the same step. */
public final class RedisNotes implements SessionNotes {

    private final RedissonClient redisson;
    private final RedisCalls redis;
    private final Partitions partitions;
    private final SessionLimits limits;
    private final RedisTime time;

    public RedisNotes(RedissonClient redisson, RedisCalls redis, RedisConfig config, SessionLimits limits,
                      RedisTime time) {
        this.redisson = redisson;
        this.redis = redis;
        this.partitions = Partitions.of(config);
        this.limits = limits;
        this.time = time;
    }

    @Override
    public Outcome put(SessionId id, String name, String text) {
        Partition partition = partitions.of(id);
        long answer = redis.number(LuaScript.NOTE_PUT, List.of(partition.timeouts(), partition.notesOf(id)),
                time.argument(), id.value(), name, text, MAX_NOTES, limits.deadline(id).toEpochMilli());
        return answer == 1 ? Outcome.STORED : answer == 0 ? Outcome.TOO_MANY : Outcome.SESSION_GONE;
    }

    @Override
    public Optional<String> get(SessionId id, String name) {
        return Optional.ofNullable(redis.await("note-get", () -> notes(id).getAsync(name)));
    }

    @Override
    public Map<String, String> list(SessionId id) {
        return new TreeMap<>(redis.await("note-list", () -> notes(id).readAllMapAsync()));
    }

    @Override
    public boolean delete(SessionId id, String name) {
        return redis.await("note-delete", () -> notes(id).fastRemoveAsync(name)) == 1;
    }

    private RMap<String, String> notes(SessionId id) {
        return redisson.getMap(partitions.of(id).notesOf(id), StringCodec.INSTANCE);
    }
}
