package io.mcpsession.redis;

import io.mcpsession.session.Creation;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Place;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.RequestId;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimitException;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionLimits.WhenFull;
import io.mcpsession.session.SessionPage;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.StoreAllowance;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

import static io.mcpsession.redis.SessionLookups.number;

/** Sessions in Redis, in either {@link Layout}. Each verb is one script, so one round trip and one atomic step. */
public final class RedisSessionStore implements SessionStore {

    /** By one script: they take a millisecond. */
    private static final int MOST_ENDED_AT_ONCE = 60;
    private static final int MOST_UPDATE_ATTEMPTS = 20;
    private static final String NONE = "";

    private final RedisCalls redis;
    private final Layout layout;
    private final Partitions partitions;
    private final SessionLimits limits;
    private final RedisTime time;
    private final String idleMillis;
    private final String lifetimeMillis;
    private final String touchIntervalMillis;
    private final SessionLookups lookups;
    private final SessionReads reads;
    private final Endings endings;
    private final SessionWrites writes;

    public RedisSessionStore(RedisCalls redis, RedisConfig config, SessionLimits limits, RedisTime time) {
        this(redis, config, limits, time, new Endings(redis, config, limits, time));
    }

    /**
     * @param endings told of each session that is ended, so that it stays so
     */
    public RedisSessionStore(RedisCalls redis, RedisConfig config, SessionLimits limits, RedisTime time,
                             Endings endings) {
        this.endings = endings;
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
        this.lookups = new SessionLookups(redis, config, partitions, time, idleMillis, lifetimeMillis,
                touchIntervalMillis);
        this.reads = new SessionReads(redis, layout, partitions, time);
        this.writes = new SessionWrites(redis, config, limits, time, partitions);
    }

    @Override
    public Placement create(SessionId id, Principal owner, Opening opening) {
        return placement(Session.opened(id, owner, Instant.EPOCH, opening), false, Inheritance.of(opening));
    }

    @Override
    public Placement revive(SessionId id, Principal owner, Opening opening) {
        return revive(id, owner, Inheritance.of(opening));
    }

    private Placement revive(SessionId id, Principal owner, Inheritance inheritance) {
        return placement(Session.opened(id, owner, Instant.EPOCH, inheritance.opening()).inEpoch(time.millis()), true,
                inheritance);
    }

    private Placement placement(Session session, boolean revive, Inheritance inheritance) {
        List<Object> answer = writes.create(session, revive, Optional.empty(), inheritance);
        return switch ((int) number(answer, 0)) {
            case 0 -> new Placement.Ended(Tombstone.read((String) answer.get(1)));
            case 1 -> made(session, answer);
            case 2 -> throw new SessionLimitException(SessionLimitException.Scope.USER);
            // What cannot be read is out now, and makes way.
            case 3 -> lookups.lookupFrom(session.id(), List.of(1L, answer.get(1), answer.get(2)))
                    instanceof Lookup.Live(Session found) ? new Placement.Found(found)
                    : placement(session, revive, inheritance);
            case 8 -> revive(session.id(), session.owner(), inheritance.told(layout, answer));
            default -> new Placement.Outlived();
        };
    }

    @Override
    public Creation create(SessionId id, Principal owner, Opening opening, RequestId request) {
        Session session = Session.opened(id, owner, Instant.EPOCH, opening);
        List<Object> answer = writes.create(session, false, Optional.of(request), Inheritance.of(opening));
        return switch ((int) number(answer, 0)) {
            case 0 -> throw new IllegalStateException("a fresh id was known");
            case 1 -> new Creation.Made(session.expiring(Instant.ofEpochMilli(number(answer, 1))),
                    (int) number(answer, 2));
            case 2 -> throw new SessionLimitException(SessionLimitException.Scope.USER);
            case 4 -> new Creation.Repeated(new SessionId((String) answer.get(1)),
                    lookups.lookupFrom(new SessionId((String) answer.get(1)), List.of(1L, answer.get(2), answer.get(3))));
            case 5 -> new Creation.Repeated(new SessionId((String) answer.get(1)), SessionLookups.gone(answer, 2));
            default -> new Creation.NameTaken();
        };
    }

    @Override
    public Placement anchor(Place place, Optional<SessionId> presented, Optional<SessionId> candidate,
                            Principal owner, Opening opening) {
        return anchor(place, presented, candidate, owner, Inheritance.of(opening));
    }

    private Placement anchor(Place place, Optional<SessionId> presented, Optional<SessionId> candidate,
                             Principal owner, Inheritance inheritance) {
        Partition partition = partitions.of(owner);
        Optional<Session> session = candidate.map(id -> Session.opened(id, owner, Instant.EPOCH, inheritance.opening()));
        String sent = presented.map(SessionId::value).orElse(NONE);
        List<Object> answer = redis.list(LuaScript.ANCHOR,
                List.of(partition.sessions(), partition.timeouts(), partition.indexOf(owner),
                        partition.placeOf(owner, place), partition.tombstones() + sent,
                        partition.placeOf(owner, Place.formerly(sent)), partition.log()),
                time.argument(), candidate.map(SessionId::value).orElse(NONE),
                session.map(layout::write).orElse(NONE), idleMillis, lifetimeMillis, limits.perUser(), limits.whenFull() == WhenFull.EVICT_OLDEST ? 1 : 0,
                partition.notes(), touchIntervalMillis, sent, partition.tombstones(),
                place.outlivesItsSession() ? 1 : 0, place.former().or(() -> presented).map(SessionId::value).orElse(NONE),
                inheritance.argument());
        return switch ((int) number(answer, 0)) {
            case 0 -> new Placement.Ended(Tombstone.read((String) answer.get(1)));
            case 1 -> lookups.lookupFrom(new SessionId((String) answer.get(3)), answer)
                    instanceof Lookup.Live(Session found) ? new Placement.Found(found)
                    : anchor(place, presented, candidate, owner, inheritance);
            case 2 -> made(session.orElseThrow(), answer);
            case 3 -> throw new SessionLimitException(SessionLimitException.Scope.USER);
            case 5 -> anchor(place, presented, candidate, owner, inheritance.told(layout, answer));
            default -> throw new SessionLimitException(SessionLimitException.Scope.TOTAL);
        };
    }

    private static Placement made(Session session, List<Object> answer) {
        return new Placement.Made(session.expiring(Instant.ofEpochMilli(number(answer, 1))),
                (int) number(answer, 2));
    }

    @Override
    public Lookup resume(SessionId id, Principal caller) {
        return lookups.as(caller, id, true);
    }

    @Override
    public Lookup find(SessionId id, Principal caller) {
        return lookups.as(caller, id, false);
    }

    @Override
    public Lookup find(SessionId id) {
        return lookups.lookupFrom(id, lookups.exactly(id, false));
    }

    @Override
    public Lookup touch(SessionId id) {
        return lookups.lookupFrom(id, lookups.exactly(id, true));
    }

    @Override
    public List<Lookup> lookUp(List<Inquiry> inquiries) {
        return lookups.all(inquiries);
    }

    @Override
    public Lookup update(SessionId id, UnaryOperator<Session> change) {
        Partition partition = partitions.of(id);
        for (int attempt = 0; attempt < MOST_UPDATE_ATTEMPTS; attempt++) {
            List<Object> found = lookups.exactly(id, false);
            Lookup lookup = lookups.lookupFrom(id, found);
            if (!(lookup instanceof Lookup.Live(Session before))) {
                return lookup;
            }
            Session after = change.apply(before);
            long written = redis.numberOnce(LuaScript.UPDATE, List.of(partition.sessions(), partition.timeouts()),
                    time.argument(), id.value(), found.get(1), layout.write(after));
            if (written == 1) {
                return new Lookup.Live(after);
            }
        }
        throw new StoreUnavailableException("a session is changed by too many at once", null);
    }

    @Override
    public Lookup end(SessionId id, Ending ending) {
        Lookup before = lookups.lookupFrom(id, writes.end(id, ending, false));
        endings.remember(partitions.of(id), id.value(), ending);
        return before;
    }

    @Override
    public Lookup endLive(SessionId id, Ending ending) {
        Lookup before = lookups.lookupFrom(id, writes.end(id, ending, true));
        if (before instanceof Lookup.Live) {
            endings.remember(partitions.of(id), id.value(), ending);
        }
        return before;
    }

    @Override
    public int endAll(Principal owner, Optional<SessionId> except, Ending ending) {
        List<Object> answer = endSome(owner, except, ending);
        int ended = answer.size() - 1;
        while (number(answer, 0) == 1) {
            // Each step gets further, so who has very many is granted the time of all of them.
            answer = StoreAllowance.apart(() -> endSome(owner, except, ending));
            ended += answer.size() - 1;
        }
        return ended;
    }

    /** Answers whether more are left, and which are ended. */
    private List<Object> endSome(Principal owner, Optional<SessionId> except, Ending ending) {
        Partition partition = partitions.of(owner);
        List<Object> answer = redis.confirmed(LuaScript.END_ALL,
                List.of(partition.sessions(), partition.timeouts(), partition.indexOf(owner), partition.log()),
                time.argument(), Tombstone.write(ending), lifetimeMillis,
                except.map(SessionId::value).orElse(""), MOST_ENDED_AT_ONCE, partition.tombstones(),
                partition.notes());
        answer.stream().skip(1).forEach(id -> endings.remember(partition, (String) id, ending));
        return answer;
    }

    @Override
    public SessionPage list(Principal owner, Optional<SessionId> after, int size) {
        return reads.list(owner, after, size);
    }

    @Override
    public long count() {
        return reads.count();
    }

    @Override
    public long count(Principal owner) {
        return reads.count(owner);
    }
}
