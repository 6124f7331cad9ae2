package io.mcpsession.redis;

import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Place;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimitException;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionPage;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Sessions in Redis, in either {@link Layout}. Each verb is one script, so one round trip and one atomic step. */
public final class RedisSessionStore implements SessionStore {

    private static final int MOST_ENDED_AT_ONCE = 1000;
    private static final int MOST_UPDATE_ATTEMPTS = 20;
    private static final String NO_TOUCH = "0";
    private static final String ANY_OWNER = "";
    private static final String NONE = "";
    private static final String START = "0";

    private final RedisCalls redis;
    private final Layout layout;
    private final Partitions partitions;
    private final SessionLimits limits;
    private final RedisTime time;
    private final String idleMillis;
    private final String lifetimeMillis;
    private final String touchIntervalMillis;

    public RedisSessionStore(RedisCalls redis, RedisConfig config, SessionLimits limits, RedisTime time) {
        this.redis = redis;
        this.layout = config.layout();
        this.partitions = Partitions.of(config);
        this.limits = limits;
        this.time = time;
        long idle = limits.idleTtl().toMillis();
        this.idleMillis = Long.toString(idle);
        this.lifetimeMillis = Long.toString(limits.absoluteLifetime().toMillis());
        // A session used many times a second is extended once a second; a very short TTL scales that down.
        this.touchIntervalMillis = Long.toString(Math.min(1000, idle / 100));
    }

    @Override
    public Placement create(SessionId id, Principal owner, Opening opening) {
        return create(id, owner, opening, false);
    }

    @Override
    public Placement revive(SessionId id, Principal owner, Opening opening) {
        return create(id, owner, opening, true);
    }

    private Placement create(SessionId id, Principal owner, Opening opening, boolean revive) {
        Partition partition = partitions.of(id);
        Session session = Session.opened(id, owner, Instant.EPOCH, opening);
        List<Object> answer = redis.list(LuaScript.CREATE,
                List.of(partition.sessions(), partition.timeouts(), partition.indexOf(owner),
                        partition.tombstoneOf(id)),
                time.argument(), id.value(), layout.write(session), idleMillis, lifetimeMillis,
                limits.perUser(), evicts(), partition.notes(), revive ? 1 : 0);
        return switch ((int) number(answer, 0)) {
            case 0 -> new Placement.Ended(Tombstone.read((String) answer.get(1)));
            case 1 -> made(session, answer);
            case 2 -> throw new SessionLimitException(SessionLimitException.Scope.USER);
            case 3 -> new Placement.Found(session(answer));
            default -> new Placement.Outlived();
        };
    }

    @Override
    public Placement anchor(Place place, Optional<SessionId> presented, Optional<SessionId> candidate,
                            Principal owner, Opening opening) {
        Partition partition = partitions.of(owner);
        Optional<Session> session = candidate.map(id -> Session.opened(id, owner, Instant.EPOCH, opening));
        String sent = presented.map(SessionId::value).orElse(NONE);
        List<Object> answer = redis.list(LuaScript.ANCHOR,
                List.of(partition.sessions(), partition.timeouts(), partition.indexOf(owner),
                        partition.placeOf(owner, place), partition.tombstones() + sent,
                        partition.placeOf(owner, Place.formerly(sent))),
                time.argument(), candidate.map(SessionId::value).orElse(NONE),
                session.map(layout::write).orElse(NONE), idleMillis, lifetimeMillis, limits.perUser(), evicts(),
                partition.notes(), touchIntervalMillis, sent, partition.tombstones(),
                place.outlivesItsSession() ? 1 : 0);
        return switch ((int) number(answer, 0)) {
            case 0 -> new Placement.Ended(Tombstone.read((String) answer.get(1)));
            case 1 -> new Placement.Found(session(answer));
            case 2 -> made(session.orElseThrow(), answer);
            case 3 -> throw new SessionLimitException(SessionLimitException.Scope.USER);
            default -> throw new SessionLimitException(SessionLimitException.Scope.TOTAL);
        };
    }

    private static Placement made(Session session, List<Object> answer) {
        return new Placement.Made(session.expiring(Instant.ofEpochMilli(number(answer, 1))),
                (int) number(answer, 2));
    }

    private int evicts() {
        return limits.whenFull() == SessionLimits.WhenFull.EVICT_OLDEST ? 1 : 0;
    }

    @Override
    public Lookup resume(SessionId id, Principal caller) {
        return lookupFrom(readAs(caller, id, idleMillis));
    }

    @Override
    public Lookup find(SessionId id, Principal caller) {
        return lookupFrom(readAs(caller, id, NO_TOUCH));
    }

    @Override
    public Lookup find(SessionId id) {
        return lookupFrom(read(id, NO_TOUCH));
    }

    @Override
    public Lookup touch(SessionId id) {
        return lookupFrom(read(id, idleMillis));
    }

    /** Reads exactly this session, whoever owns it: services do not follow what stands for it. */
    private List<Object> read(SessionId id, String idle) {
        Partition partition = partitions.of(id);
        String tombstone = partition.tombstoneOf(id);
        // A tombstone names no session, so in the place of an alias it leads nowhere.
        return redis.list(LuaScript.LOOKUP, List.of(partition.sessions(), partition.timeouts(), tombstone, tombstone),
                time.argument(), id.value(), idle, lifetimeMillis, touchIntervalMillis, ANY_OWNER,
                partition.tombstones(), NONE);
    }

    private List<Object> readAs(Principal caller, SessionId id, String idle) {
        Partition partition = partitions.of(id);
        return redis.list(LuaScript.LOOKUP,
                List.of(partition.sessions(), partition.timeouts(), partition.tombstoneOf(id),
                        partition.placeOf(caller, Place.formerly(id.value())), partition.indexOf(caller)),
                time.argument(), id.value(), idle, lifetimeMillis, touchIntervalMillis,
                layout.mark(caller), partition.tombstones(),
                caller.issuer().isEmpty() ? caller.subject() : NONE);
    }

    @Override
    public Lookup update(SessionId id, UnaryOperator<Session> change) {
        Partition partition = partitions.of(id);
        for (int attempt = 0; attempt < MOST_UPDATE_ATTEMPTS; attempt++) {
            List<Object> found = read(id, NO_TOUCH);
            if (!(lookupFrom(found) instanceof Lookup.Live(Session before))) {
                return lookupFrom(found);
            }
            Session after = change.apply(before);
            long written = redis.number(LuaScript.UPDATE, List.of(partition.sessions(), partition.timeouts()),
                    time.argument(), id.value(), found.get(1), layout.write(after));
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
                List.of(partition.sessions(), partition.timeouts(), partition.tombstoneOf(id)),
                time.argument(), id.value(), Tombstone.write(ending), lifetimeMillis, partition.index(),
                partition.notes()));
    }

    @Override
    public int endAll(Principal owner, Optional<SessionId> except, Ending ending) {
        Partition partition = partitions.of(owner);
        int ended = 0;
        boolean more = true;
        while (more) {
            List<Object> answer = redis.list(LuaScript.END_ALL,
                    List.of(partition.sessions(), partition.timeouts(), partition.indexOf(owner)),
                    time.argument(), Tombstone.write(ending), lifetimeMillis,
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
                List.of(partition.sessions(), partition.timeouts(), partition.indexOf(owner)),
                time.argument(), after.map(SessionId::value).orElse(""), size + 1);
        List<Session> sessions = new ArrayList<>(size);
        for (int i = 0; i < answer.size() && sessions.size() < size; i += 2) {
            sessions.add(layout.read((String) answer.get(i), Instant.ofEpochMilli(number(answer, i + 1))));
        }
        return new SessionPage(sessions, answer.size() > 2 * size);
    }

    @Override
    public long count() {
        return partitions.all().stream().mapToLong(this::count).sum();
    }

    private long count(Partition partition) {
        long count = 0;
        String cursor = START;
        do {
            List<Object> answer = redis.list(LuaScript.COUNT, List.of(partition.sessions(), partition.timeouts()),
                    time.argument(), cursor);
            cursor = (String) answer.get(0);
            count += number(answer, 1);
        } while (!cursor.equals(START));
        return count;
    }

    private Lookup lookupFrom(List<Object> answer) {
        return switch ((int) number(answer, 0)) {
            case 0 -> answer.size() > 1 && answer.get(1) instanceof String tombstone
                    ? new Lookup.Ended(Tombstone.read(tombstone))
                    : Lookup.Absent.INSTANCE;
            case 1 -> new Lookup.Live(session(answer));
            default -> new Lookup.OtherOwner(session(answer).owner());
        };
    }

    private Session session(List<Object> answer) {
        return layout.read((String) answer.get(1), Instant.ofEpochMilli(number(answer, 2)));
    }

    private static long number(List<Object> answer, int index) {
        return ((Number) answer.get(index)).longValue();
    }
}
