package io.mcpsession.redis;

import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionPage;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Sessions in the layout of Redisson's RMapCache, spread over partitions. Each verb is one script, so one round trip
 * and one atomic step.
 */
public final class MapCacheSessionStore implements SessionStore {

    private static final int MOST_ENDED_AT_ONCE = 1000;
    private static final int MOST_UPDATE_ATTEMPTS = 20;
    private static final String NO_TOUCH = "0";
    private static final String ANY_OWNER = "";

    private final RedisCalls redis;
    private final Partitions partitions;
    private final SessionLimits limits;
    private final RedisTime time;
    private final String idleMillis;
    private final String touchIntervalMillis;

    public MapCacheSessionStore(RedisCalls redis, RedisConfig config, SessionLimits limits, RedisTime time) {
        this.redis = redis;
        this.partitions = Partitions.of(config);
        this.limits = limits;
        this.time = time;
        long idle = limits.idleTtl().toMillis();
        this.idleMillis = Long.toString(idle);
        // A session used many times a second is extended once a second; a very short TTL scales that down.
        this.touchIntervalMillis = Long.toString(Math.min(1000, idle / 100));
    }

    @Override
    public Session create(SessionId id, Principal owner, Opening opening) {
        Partition partition = partitions.of(id);
        Session session = Session.opened(id, owner, Instant.EPOCH, opening);
        long granted = redis.number(LuaScript.CREATE,
                List.of(partition.map(), partition.timeouts(), partition.indexOf(owner), partition.tombstoneOf(id)),
                time.argument(), id.value(), SessionRecord.write(session), idleMillis, deadlineMillis(id));
        return session.expiring(Instant.ofEpochMilli(granted));
    }

    @Override
    public Lookup resume(SessionId id, Principal caller) {
        return lookup(id, idleMillis, SessionRecord.beginning(caller));
    }

    @Override
    public Lookup find(SessionId id) {
        return lookup(id, NO_TOUCH, ANY_OWNER);
    }

    @Override
    public Lookup touch(SessionId id) {
        return lookup(id, idleMillis, ANY_OWNER);
    }

    private Lookup lookup(SessionId id, String idle, String beginning) {
        return lookupFrom(read(partitions.of(id), id, idle, beginning));
    }

    private List<Object> read(Partition partition, SessionId id, String idle, String beginning) {
        return redis.list(LuaScript.LOOKUP,
                List.of(partition.map(), partition.timeouts(), partition.tombstoneOf(id)),
                time.argument(), id.value(), idle, deadlineMillis(id), touchIntervalMillis, beginning);
    }

    @Override
    public Lookup update(SessionId id, UnaryOperator<Session> change) {
        Partition partition = partitions.of(id);
        for (int attempt = 0; attempt < MOST_UPDATE_ATTEMPTS; attempt++) {
            List<Object> found = read(partition, id, NO_TOUCH, ANY_OWNER);
            if (!(lookupFrom(found) instanceof Lookup.Live(Session before))) {
                return lookupFrom(found);
            }
            Session after = change.apply(before);
            long written = redis.number(LuaScript.UPDATE, List.of(partition.map(), partition.timeouts()),
                    time.argument(), id.value(), found.get(1), SessionRecord.write(after));
            if (written == 1) {
                return new Lookup.Live(after);
            }
        }
        throw new StoreUnavailableException("a session is changed by too many at once", null);
    }

    @Override
    public Lookup end(SessionId id, Ending ending) {
        Partition partition = partitions.of(id);
        return lookupFrom(redis.list(LuaScript.END,
                List.of(partition.map(), partition.timeouts(), partition.tombstoneOf(id), partition.notesOf(id)),
                time.argument(), id.value(), Tombstone.write(ending), limits.absoluteLifetime().toMillis(),
                partition.index()));
    }

    @Override
    public int endAll(Principal owner, Optional<SessionId> except, Ending ending) {
        Partition partition = partitions.of(owner);
        int ended = 0;
        boolean more = true;
        while (more) {
            List<Object> answer = redis.list(LuaScript.END_ALL,
                    List.of(partition.map(), partition.timeouts(), partition.indexOf(owner)),
                    time.argument(), Tombstone.write(ending), limits.absoluteLifetime().toMillis(),
                    except.map(SessionId::value).orElse(""), MOST_ENDED_AT_ONCE, partition.tombstones(),
                    partition.notes());
            ended += (int) number(answer, 0);
            more = number(answer, 1) == 1;
        }
        return ended;
    }

    @Override
    public SessionPage list(Principal owner, Optional<SessionId> after, int size) {
        Partition partition = partitions.of(owner);
        List<Object> answer = redis.list(LuaScript.LIST,
                List.of(partition.map(), partition.timeouts(), partition.indexOf(owner)),
                time.argument(), after.map(SessionId::value).orElse(""), size + 1);
        List<Session> sessions = new ArrayList<>(size);
        for (int i = 0; i < answer.size() && sessions.size() < size; i += 2) {
            sessions.add(SessionRecord.read((String) answer.get(i), Instant.ofEpochMilli(number(answer, i + 1))));
        }
        return new SessionPage(sessions, answer.size() > 2 * size);
    }

    @Override
    public long count() {
        return partitions.all().stream()
                .mapToLong(partition -> redis.number(LuaScript.COUNT, List.of(partition.timeouts()), time.argument()))
                .sum();
    }

    private static Lookup lookupFrom(List<Object> answer) {
        return switch ((int) number(answer, 0)) {
            case 0 -> answer.size() > 1 && answer.get(1) instanceof String tombstone
                    ? new Lookup.Ended(Tombstone.read(tombstone))
                    : Lookup.Absent.INSTANCE;
            case 1 -> new Lookup.Live(session(answer));
            default -> new Lookup.OtherOwner(session(answer).owner());
        };
    }

    private static Session session(List<Object> answer) {
        return SessionRecord.read((String) answer.get(1), Instant.ofEpochMilli(number(answer, 2)));
    }

    private static long number(List<Object> answer, int index) {
        return ((Number) answer.get(index)).longValue();
    }

    private String deadlineMillis(SessionId id) {
        return Long.toString(limits.deadline(id).toEpochMilli());
    }
}
