package io.mcpsession.redis;

import io.mcpsession.redis.GatheredCalls.Answers;
import io.mcpsession.redis.GatheredCalls.Bounds;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Principal;
import io.mcpsession.session.RequestId;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionLimits.WhenFull;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Begins and ends single sessions; answers as the scripts do. */
final class SessionWrites {

    private static final Bounds TOGETHER = Bounds.ofSingle(32);
    private static final String NO_REQUEST = "";

    private final RedisCalls redis;
    private final Layout layout;
    private final Partitions partitions;
    private final Function<Partition, GatheredCalls> creations;
    private final Function<Partition, GatheredCalls> ends;

    SessionWrites(RedisCalls redis, RedisConfig config, SessionLimits limits, RedisTime time, Partitions partitions) {
        this.redis = redis;
        this.layout = config.layout();
        this.partitions = partitions;
        String idle = Long.toString(limits.idleTtl().toMillis());
        String lifetime = Long.toString(limits.absoluteLifetime().toMillis());
        String evicts = limits.whenFull() == WhenFull.EVICT_OLDEST ? "1" : "0";
        String remembered = Long.toString(RequestId.REMEMBERED.toMillis());
        this.creations = GatheredCalls.together(config, partitions, () -> new GatheredCalls(
                new GatheredScript(redis, LuaScript.CREATE, false),
                () -> List.of(time.argument(), idle, lifetime, limits.perUser(), evicts, remembered),
                Answers.LISTS, TOGETHER));
        this.ends = GatheredCalls.together(config, partitions, () -> new GatheredCalls(
                new GatheredScript(redis, LuaScript.END, true),
                () -> List.of(time.argument(), lifetime), Answers.LISTS, TOGETHER));
    }

    /**
     * @param revive whether its id may have lived before
     */
    List<Object> create(Session session, boolean revive, Optional<RequestId> request, Inheritance inheritance) {
        Partition partition = partitions.of(session.id());
        Principal owner = session.owner();
        String tombstone = partition.tombstoneOf(session.id());
        return await(LuaScript.CREATE, partition, creations,
                List.of(partition.sessions(), partition.timeouts(), partition.indexOf(owner), tombstone,
                        request.map(it -> partition.requestOf(owner, it)).orElse(tombstone), partition.log()),
                List.of(session.id().value(), layout.write(session), partition.notes(), revive ? 1 : 0,
                        request.map(RequestId::body).orElse(NO_REQUEST), partition.tombstones(),
                        inheritance.argument()));
    }

    /**
     * @param onlyLive to leave alone what is not alive
     */
    List<Object> end(SessionId id, Ending ending, boolean onlyLive) {
        Partition partition = partitions.of(id);
        return await(LuaScript.END, partition, ends,
                List.of(partition.sessions(), partition.timeouts(), partition.tombstoneOf(id), partition.log()),
                List.of(id.value(), Tombstone.write(ending), partition.index(), partition.notes(), onlyLive ? 1 : 0));
    }

    private List<Object> await(LuaScript script, Partition partition, Function<Partition, GatheredCalls> calls,
                               List<Object> keys, List<Object> arguments) {
        List<Object> answers = redis.awaitShared(script.command(), partition.sessions(),
                () -> calls.apply(partition).ask(1, keys, arguments));
        @SuppressWarnings("unchecked")
        List<Object> answer = (List<Object>) answers.getFirst();
        return answer;
    }
}
