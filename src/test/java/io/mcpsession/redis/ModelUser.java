package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Inquiry;
import io.mcpsession.session.MemorySessionStore;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Place;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.RequestId;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionStore;
import io.mcpsession.testing.MutableClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A user who does something at random, on a random replica, and on the store in memory; the difference before and after
 * says what must be told of it. Beside that only what is dead but not cleared away yet has to be kept in mind.
 */
final class ModelUser {

    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);
    private static final Comparator<Map.Entry<String, Instant>> UNUSED_FOR_LONGEST =
            Map.Entry.<String, Instant>comparingByValue().thenComparing(Map.Entry.comparingByKey());

    private final Principal owner;
    private final List<? extends SessionStore> replicas;
    private final SessionIds ids;
    private final MemorySessionStore model;
    private final SessionLimits limits;
    private final Random random;
    private final List<String> told = new ArrayList<>();
    /** Dead, but still there: by id, when it expired. */
    private final Map<String, Instant> leftOver = new TreeMap<>();
    /** Those of them that the user's index still names. */
    private final Set<String> indexed = new HashSet<>();
    private final List<SessionId> known = new ArrayList<>();
    private Map<String, Instant> alive = Map.of();

    ModelUser(String name, List<? extends SessionStore> replicas, SessionIds ids, SessionLimits limits,
              MutableClock clock, long seed) {
        this.owner = Principal.ofSubject(name);
        this.replicas = replicas;
        this.ids = ids;
        this.limits = limits;
        this.model = new MemorySessionStore(limits, clock);
        this.random = new Random(seed);
    }

    String name() {
        return owner.subject();
    }

    /** What must be told, in order. */
    List<String> told() {
        return told;
    }

    void operate(int phase) {
        SessionStore store = replicas.get(random.nextInt(replicas.size()));
        int dice = random.nextInt(100);
        if (dice < 35) {
            create(store);
        } else if (dice < 50) {
            anchor(store, "conversation" + phase + "-" + random.nextInt(2));
        } else if (dice < 65) {
            anyKnown().ifPresent(id -> revive(store, id));
        } else if (dice < 80) {
            anyKnown().ifPresent(id -> end(store, id));
        } else if (dice < 83) {
            endAll(store);
        } else if (dice < 90) {
            anyAlive().ifPresent(id -> use(store, id));
        } else {
            look(store);
        }
    }

    private void create(SessionStore store) {
        SessionId id = ids.mint(owner);
        known.add(id);
        model.create(id, owner, OPENING);
        if (random.nextBoolean()) {
            store.create(id, owner, OPENING);
        } else {
            RequestId request = RequestId.of(id.value(), new byte[0]);
            store.create(id, owner, OPENING, request);
            // A retry, which is no event.
            store.create(ids.mint(owner), owner, OPENING, request);
        }
        begun(id, "CREATED");
    }

    private void revive(SessionStore store, SessionId id) {
        model.revive(id, owner, OPENING);
        store.revive(id, owner, OPENING);
        begun(id, "RENEWED");
    }

    private void anchor(SessionStore store, String conversation) {
        SessionId candidate = ids.mint(owner);
        Optional<SessionId> presented = random.nextBoolean() ? anyAlive() : Optional.empty();
        Placement placement = model.anchor(Place.conversation(conversation), presented, Optional.of(candidate), owner, OPENING);
        store.anchor(Place.conversation(conversation), presented, Optional.of(candidate), owner, OPENING);
        if (placement instanceof Placement.Made) {
            known.add(candidate);
            begun(candidate, "CREATED");
        } else {
            Map<String, Instant> before = alive;
            before.keySet().stream().filter(id -> !look().containsKey(id)).forEach(id -> told.add("ENDED " + id));
            alive = look();
        }
    }

    /** A life may have begun: if so, others may have had to make room. */
    private void begun(SessionId id, String kind) {
        Map<String, Instant> after = look();
        if (after.containsKey(id.value()) && !alive.containsKey(id.value())) {
            if (alive.size() + indexed.size() >= limits.perUser()) {
                indexed.clear();
            }
            alive.entrySet().stream().filter(entry -> !after.containsKey(entry.getKey())).sorted(UNUSED_FOR_LONGEST)
                    .forEach(entry -> told.add("EVICTED " + entry.getKey()));
            noticed(id.value());
            told.add(kind + " " + id.value());
        }
        alive = after;
    }

    private void noticed(String id) {
        indexed.remove(id);
        if (leftOver.remove(id) != null) {
            told.add("EXPIRED " + id);
        }
    }

    private void end(SessionStore store, SessionId id) {
        Ending ending = random.nextBoolean() ? Ending.DELETED : Ending.revoked("no more");
        model.end(id, ending);
        store.end(id, ending);
        if (alive.containsKey(id.value())) {
            told.add(kind(ending) + id.value());
        }
        noticed(id.value());
        alive = look();
    }

    private static String kind(Ending ending) {
        return ending.kind() == Ending.Kind.REVOKED ? "REVOKED " : "ENDED ";
    }

    private void endAll(SessionStore store) {
        Optional<SessionId> except = anyAlive();
        Ending ending = Ending.revoked("all");
        model.endAll(owner, except, ending);
        store.endAll(owner, except, ending);
        Stream.concat(alive.keySet().stream(), indexed.stream()).sorted()
                .filter(id -> except.isEmpty() || !except.get().value().equals(id))
                .toList()
                .forEach(id -> {
                    if (alive.containsKey(id)) {
                        told.add(kind(ending) + id);
                    }
                    noticed(id);
                });
        alive = look();
    }

    private void use(SessionStore store, SessionId id) {
        model.touch(id);
        if (random.nextBoolean()) {
            store.touch(id);
        } else {
            store.lookUp(List.of(new Inquiry(id, Optional.of(owner), true)));
        }
        alive = look();
    }

    /** Looking changes nothing but the index, which forgets what is dead. */
    private void look(SessionStore store) {
        store.list(owner, Optional.empty(), 100);
        indexed.clear();
    }

    private Map<String, Instant> look() {
        Map<String, Instant> sessions = new TreeMap<>();
        for (Session session : model.list(owner, Optional.empty(), 1000).sessions()) {
            sessions.put(session.id().value(), session.expires());
        }
        return sessions;
    }

    void timePassed() {
        Map<String, Instant> after = look();
        alive.forEach((id, expires) -> {
            if (!after.containsKey(id)) {
                leftOver.put(id, expires);
                indexed.add(id);
            }
        });
        alive = after;
    }

    void reclaimed() {
        leftOver.entrySet().stream().sorted(UNUSED_FOR_LONGEST).map(Map.Entry::getKey).toList().forEach(this::noticed);
    }

    private Optional<SessionId> anyKnown() {
        // The last few: what is long gone has nothing left to tell.
        return known.isEmpty() ? Optional.empty()
                : Optional.of(known.get(Math.max(0, known.size() - 1 - random.nextInt(12))));
    }

    private Optional<SessionId> anyAlive() {
        return alive.isEmpty() ? Optional.empty()
                : alive.keySet().stream().skip(random.nextInt(alive.size())).findFirst().map(SessionId::new);
    }
}
