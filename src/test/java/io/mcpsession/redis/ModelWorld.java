package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.MemorySessionStore;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Place;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionLimits.WhenFull;
import io.mcpsession.session.SessionNotes.Outcome;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.redisson.api.RedissonClient;

/**
 * A few users whose sessions several replicas serve, beside a model of it in memory. Each step does one random thing
 * to both and compares what they say; what must never happen is watched besides, without the model's help.
 *
 * <p>Time moves by whole steps, so that nothing ends within the moments a test itself takes.
 */
final class ModelWorld {

    private static final Duration STEP = Duration.ofSeconds(10);
    private static final int CAP = 4;
    private static final int IDS_REMEMBERED = 10;
    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofMinutes(60), CAP,
            WhenFull.EVICT_OLDEST, Long.MAX_VALUE);
    /** Of clients that say who they are, that say only what they want to be told, and that say nothing. */
    private static final List<Opening> OPENINGS = List.of(
            new Opening("2025-06-18", new ClientInfo("inspector", "1", "{}")),
            new Opening("2025-03-26", new ClientInfo("", "", "{\"roots\":{}}"), Map.of("colour", "\"blue\"")),
            new Opening("2025-11-25", ClientInfo.UNKNOWN, Map.of(Session.LOG_LEVEL, "error")),
            new Opening("2025-11-25", ClientInfo.UNKNOWN));

    private final Random random;
    private final MutableClock clock = MutableClock.atPresent();
    private final MemorySessionStore model = new MemorySessionStore(LIMITS, clock);
    private final List<SessionStore> replicas;
    private final List<SessionIds> minters;
    private final RedisNotes notes;
    private final List<Principal> users = List.of(Principal.ofSubject("alice"), Principal.ofSubject("bob"),
            new Principal("https://issuer.example", "alice"));
    /** Ids of each user, the dead among them. */
    private final Map<Principal, List<SessionId>> ids = new HashMap<>();
    private final Map<SessionId, Principal> owners = new HashMap<>();
    private final Set<SessionId> dead = new HashSet<>();
    private final Set<SessionId> ended = new HashSet<>();
    private String doing = "nothing yet";

    ModelWorld(Layout layout, List<RedissonClient> clients, RawRedis raw, long seed) {
        random = new Random(seed);
        RedisConfig config = TestRedis.config(layout);
        RedisTime time = RedisTime.of(clock);
        replicas = clients.stream().<SessionStore>map(client ->
                new RedisSessionStore(TestRedis.calls(client, layout), config, LIMITS, time)).toList();
        notes = new RedisNotes(TestRedis.calls(clients.getFirst(), layout), config, LIMITS, time);
        List<SigningKey> keys = List.of(new SigningKey(new byte[16]));
        // Replicas disagree on the time of day, which ends up in the ids they mint.
        minters = IntStream.range(-1, clients.size() - 1).mapToObj(skew -> new SessionIds(() -> keys, new SecureRandom(),
                () -> clock.instant().plus(STEP.multipliedBy(3L * skew)))).toList();
        users.forEach(user -> ids.put(user, new ArrayList<>()));
        TimeMachine.follow(clock, raw, config.keyPrefix() + ":");
    }

    /** What was done last. */
    String doing() {
        return doing;
    }

    void step() {
        Principal user = oneOf(users);
        switch (random.nextInt(21)) {
            case 0, 1 -> create(user);
            case 2, 3, 4 -> read("resume", user, id -> store -> store.resume(id, user));
            case 5 -> read("resume by another", user, id -> {
                Principal caller = oneOf(users);
                return store -> store.resume(id, caller);
            });
            case 6 -> read("touch", user, id -> store -> store.touch(id));
            case 7 -> read("find", user, id -> store -> store.find(id));
            case 8 -> read("find as", user, id -> store -> store.find(id, user));
            case 9 -> end(user, Ending.DELETED);
            case 10 -> end(user, Ending.revoked("x"));
            case 11 -> endAll(user);
            case 12, 13 -> revive(user);
            case 14, 15 -> placeKnown("renew", user, id -> anchor(Place.formerly(id.value()), Optional.empty(), user));
            case 16, 17 -> place("converse", fresh(user), id -> anchor(conversation(), presented(user), user, id));
            case 18 -> note(user);
            case 19 -> setLevel(user);
            default -> advance();
        }
        check(user);
    }

    private void create(Principal user) {
        Opening opening = oneOf(OPENINGS);
        place("create", fresh(user), id -> store -> store.create(id, user, opening));
    }

    private void revive(Principal user) {
        Opening opening = oneOf(OPENINGS);
        placeKnown("revive", user, id -> store -> store.revive(id, user, opening));
    }

    private void setLevel(Principal user) {
        String level = oneOf(List.of("debug", "warning"));
        read("set level", user, id -> store -> store.update(id, session -> session.with(Session.LOG_LEVEL, level)));
    }

    private <T> T oneOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private SessionId fresh(Principal user) {
        SessionId id = oneOf(minters).mint(user);
        List<SessionId> known = ids.get(user);
        known.add(id);
        owners.put(id, user);
        if (known.size() > IDS_REMEMBERED) {
            known.removeFirst();
        }
        return id;
    }

    /** An id that was minted for a user. Redis forgets a tombstone when its id could not have lived longer. */
    private Optional<SessionId> known(Principal user) {
        ids.get(user).removeIf(id -> ended.contains(id) && !clock.instant().isBefore(LIMITS.deadline(id)));
        return ids.get(user).isEmpty() ? Optional.empty() : Optional.of(oneOf(ids.get(user)));
    }

    private Optional<SessionId> presented(Principal user) {
        return random.nextBoolean() ? known(user) : Optional.empty();
    }

    private Place conversation() {
        return Place.conversation("talk " + random.nextInt(2));
    }

    private Function<SessionStore, Placement> anchor(Place place, Optional<SessionId> presented, Principal user) {
        return anchor(place, presented, user, fresh(user));
    }

    private Function<SessionStore, Placement> anchor(Place place, Optional<SessionId> presented, Principal user,
                                                     SessionId candidate) {
        Opening opening = oneOf(OPENINGS);
        return store -> store.anchor(place, presented, Optional.of(candidate), user, opening);
    }

    private void placeKnown(String what, Principal user, Function<SessionId, Function<SessionStore, Placement>> verb) {
        known(user).ifPresent(id -> place(what, id, verb));
    }

    private void place(String what, SessionId id, Function<SessionId, Function<SessionStore, Placement>> verb) {
        switch (same(what + " " + id, verb.apply(id))) {
            case Placement.Made(Session session, _) -> {
                require(!ended.contains(session.id()), "an ended id was made again");
                require(what.equals("revive") || !dead.contains(session.id()), "a dead id was made again");
                dead.remove(session.id());
                alive(session);
            }
            case Placement.Found(Session session) -> alive(session);
            case Placement.Ended _, Placement.Outlived _ -> { }
        }
    }

    private void read(String what, Principal user, Function<SessionId, Function<SessionStore, Lookup>> verb) {
        known(user).ifPresent(id -> {
            switch (same(what + " " + id, verb.apply(id))) {
                case Lookup.Live(Session session) -> alive(session);
                case Lookup.OtherOwner(Principal owner) -> require(owner.equals(owners.get(id)), "the owner changed");
                case Lookup.Absent _ -> dead.add(id);
                case Lookup.Ended _ -> { }
            }
        });
    }

    private void alive(Session session) {
        require(!dead.contains(session.id()), "a dead session came back");
        require(!ended.contains(session.id()), "an ended session came back");
        require(session.owner().equals(owners.get(session.id())), "the owner changed");
        require(session.expires().isAfter(clock.instant()), "a live session has expired");
        Instant most = clock.instant().plus(LIMITS.idleTtl());
        require(!session.expires().isAfter(most), "more than the idle TTL was granted");
        require(!session.expires().isAfter(LIMITS.deadline(session.id())), "more than the lifetime was granted");
    }

    private void end(Principal user, Ending ending) {
        known(user).ifPresent(id -> {
            same("end " + id, store -> store.end(id, ending));
            ended.add(id);
        });
    }

    private void endAll(Principal user) {
        if (random.nextInt(4) > 0) {
            return;
        }
        Optional<SessionId> kept = presented(user);
        List<SessionId> doomed = listed(model, user).stream().filter(id -> !Optional.of(id).equals(kept)).toList();
        same("end all", store -> store.endAll(user, kept, Ending.revoked("all")));
        ended.addAll(doomed);
    }

    private void note(Principal user) {
        known(user).ifPresent(id -> {
            doing = "note " + id;
            if (notes.put(id, "name", "text") == Outcome.STORED) {
                model.use(id);
            }
        });
    }

    private void advance() {
        Duration time = STEP.multipliedBy(random.nextInt(45));
        doing = "advance " + time;
        clock.advance(time);
    }

    private <T> T same(String what, Function<SessionStore, T> verb) {
        int replica = random.nextInt(replicas.size());
        doing = what + " on replica " + replica;
        T expected = verb.apply(model);
        T answered = verb.apply(replicas.get(replica));
        require(answered.equals(expected), "expected " + shown(expected) + " but was " + shown(answered));
        return answered;
    }

    /** A session says little of itself in a log. */
    private static String shown(Object answer) {
        Session session = switch (answer) {
            case Placement.Made(Session made, _) -> made;
            case Placement.Found(Session found) -> found;
            case Lookup.Live(Session live) -> live;
            default -> null;
        };
        return answer + (session == null ? "" : " of " + session.client() + " " + session.protocolVersion() + " "
                + new TreeMap<>(session.attributes()) + " epoch " + session.epoch());
    }

    private void check(Principal user) {
        SessionStore replica = oneOf(replicas);
        List<SessionId> living = listed(replica, user);
        require(living.size() <= CAP, "the cap was exceeded");
        require(living.equals(listed(model, user)), "other sessions are alive: " + living);
        require(living.stream().noneMatch(ended::contains), "an ended session is listed");
        if (random.nextInt(50) == 0) {
            require(replica.count() == model.count(), "other sessions are counted");
        }
    }

    private static List<SessionId> listed(SessionStore store, Principal user) {
        return store.list(user, Optional.empty(), 100).sessions().stream().map(Session::id).toList();
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise + ", at " + doing);
        }
    }
}
