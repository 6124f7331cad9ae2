package io.mcpsession.redis;

import io.mcpsession.redis.GatheredCalls.Answers;
import io.mcpsession.redis.GatheredCalls.Bounds;
import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Place;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Looks single sessions up, and restarts their idle timers on the way. */
final class SessionLookups {

    private static final Bounds SINGLE = Bounds.ofSingle(64);
    private static final Bounds BATCHES = new Bounds(50, 25, 4);
    private static final int VALUES_EACH = 3;
    private static final String NO_TOUCH = "0";
    /** Before the idle time. */
    private static final String WHEN_STALE = "-";
    private static final String ANY_OWNER = "";
    private static final String NOBODY = "";

    private final RedisCalls redis;
    private final Layout layout;
    private final Partitions partitions;
    private final RedisTime time;
    private final String idleMillis;
    private final String lifetimeMillis;
    private final String touchIntervalMillis;
    private final ReadRecords records;
    private final UnreadableRecords unreadable = new UnreadableRecords("sessions", System::nanoTime);
    private final Function<Partition, GatheredCalls> single;
    /** On a way of their own, so that nobody who asks for one waits behind all of them. */
    private final Function<Partition, GatheredCalls> batches;

    SessionLookups(RedisCalls redis, RedisConfig config, Partitions partitions, RedisTime time, String idleMillis,
                   String lifetimeMillis, String touchIntervalMillis) {
        this.redis = redis;
        this.layout = config.layout();
        this.records = new ReadRecords(layout);
        this.partitions = partitions;
        this.time = time;
        this.idleMillis = idleMillis;
        this.lifetimeMillis = lifetimeMillis;
        this.touchIntervalMillis = touchIntervalMillis;
        this.single = GatheredCalls.together(config, partitions, () -> gathered(SINGLE));
        this.batches = GatheredCalls.together(config, partitions, () -> gathered(BATCHES));
    }

    private GatheredCalls gathered(Bounds bounds) {
        return new GatheredCalls(new GatheredScript(redis, LuaScript.LOOKUPS, false),
                () -> List.of(time.argument(), lifetimeMillis, touchIntervalMillis), Answers.THREE_VALUES,
                bounds);
    }

    Lookup as(Principal caller, SessionId id, boolean touch) {
        return lookupFrom(id, read(new Inquiry(id, Optional.of(caller), touch)));
    }

    /** Reads exactly this session, whoever owns it: services do not follow what stands for it. */
    List<Object> exactly(SessionId id, boolean touch) {
        return read(new Inquiry(id, Optional.empty(), touch));
    }

    private List<Object> read(Inquiry inquiry) {
        Partition partition = partitions.of(inquiry.id());
        Question question = question(inquiry);
        return redis.awaitShared(LuaScript.LOOKUPS.command(), partition.sessions(),
                () -> single.apply(partition).ask(1, question.keys, question.arguments));
    }

    /** Many at once, those of one slot by few scripts. */
    List<Lookup> all(List<Inquiry> inquiries) {
        if (inquiries.size() == 1) {
            return List.of(lookupFrom(inquiries.getFirst().id(), read(inquiries.getFirst())));
        }
        List<Part> parts = parts(inquiries);
        List<List<Object>> answers = redis.awaitShared(LuaScript.LOOKUPS.command(), RedisCalls.NO_KEY,
                () -> allOf(parts.stream().map(part -> part.ask(inquiries)).toList()));
        Lookup[] found = new Lookup[inquiries.size()];
        for (int part = 0; part < answers.size(); part++) {
            List<Integer> places = parts.get(part).places;
            for (int i = 0; i < places.size(); i++) {
                found[places.get(i)] = lookupFrom(inquiries.get(places.get(i)).id(),
                        answers.get(part).subList(i * VALUES_EACH, (i + 1) * VALUES_EACH));
            }
        }
        return Arrays.asList(found);
    }

    /** What of a batch goes by one script: which of the inquiries. */
    private final class Part {

        private final GatheredCalls calls;
        private final List<Integer> places = new ArrayList<>(BATCHES.ofOne());

        private Part(GatheredCalls calls) {
            this.calls = calls;
        }

        private CompletableFuture<List<Object>> ask(List<Inquiry> inquiries) {
            List<Object> keys = new ArrayList<>();
            List<Object> arguments = new ArrayList<>();
            for (int place : places) {
                Question question = question(inquiries.get(place));
                keys.addAll(question.keys);
                arguments.addAll(question.arguments);
            }
            return calls.ask(places.size(), keys, arguments);
        }
    }

    private List<Part> parts(List<Inquiry> inquiries) {
        List<Part> parts = new ArrayList<>();
        Map<GatheredCalls, Part> open = new HashMap<>();
        for (int i = 0; i < inquiries.size(); i++) {
            Part part = open.computeIfAbsent(batches.apply(partitions.of(inquiries.get(i).id())), calls -> {
                parts.add(new Part(calls));
                return parts.getLast();
            });
            part.places.add(i);
            if (part.places.size() == BATCHES.ofOne()) {
                open.remove(part.calls);
            }
        }
        return parts;
    }

    private static CompletableFuture<List<List<Object>>> allOf(List<CompletableFuture<List<Object>>> all) {
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(_ -> all.stream().map(CompletableFuture::join).toList());
    }

    /** One inquiry as the script takes it. */
    private record Question(List<Object> keys, List<Object> arguments) {
    }

    private Question question(Inquiry inquiry) {
        Partition partition = partitions.of(inquiry.id());
        String id = inquiry.id().value();
        String tombstone = partition.tombstoneOf(inquiry.id());
        String idle = switch (inquiry.use()) {
            case NONE -> NO_TOUCH;
            case WHEN_STALE -> WHEN_STALE + idleMillis;
            case ALWAYS -> idleMillis;
        };
        if (inquiry.caller().isEmpty()) {
            // No index is written to and no other session stands for this one, so any key does.
            return new Question(List.of(partition.sessions(), partition.timeouts(), tombstone, tombstone, tombstone),
                    List.of(id, idle, ANY_OWNER, NOBODY));
        }
        Principal caller = inquiry.caller().get();
        String fingerprint = caller.fingerprint();
        return new Question(
                List.of(partition.sessions(), partition.timeouts(), tombstone,
                        partition.placeOf(fingerprint, Place.formerly(id)), partition.indexOf(fingerprint)),
                List.of(id, idle, layout.mark(fingerprint), caller.issuer().isEmpty() ? caller.subject() : NOBODY));
    }

    /** What an answer of the lookup scripts says of an id. What cannot be read is taken out, as its owner never could. */
    Lookup lookupFrom(SessionId id, List<Object> answer) {
        int found = (int) number(answer, 0);
        if (found == 0) {
            return gone(answer, 1);
        }
        Session session;
        try {
            session = session(answer);
        } catch (IllegalStateException e) {
            discard(id, (String) answer.get(1));
            return Lookup.Absent.INSTANCE;
        }
        return found == 1 ? new Lookup.Live(session) : new Lookup.OtherOwner(session.owner());
    }

    /**
     * Takes out what cannot be read.
     *
     * @param text as it was read
     */
    private void discard(SessionId id, String text) {
        unreadable.found();
        Partition partition = partitions.of(id);
        redis.number(LuaScript.DISCARD, List.of(partition.sessions(), partition.timeouts(), partition.log()),
                time.argument(), id.value(), text, partition.notes());
    }

    /** What a session that is not alive has become; many answers at once say '' where one says nothing. */
    static Lookup gone(List<Object> answer, int index) {
        return answer.size() > index && answer.get(index) instanceof String tombstone && !tombstone.isEmpty()
                ? new Lookup.Ended(Tombstone.read(tombstone))
                : Lookup.Absent.INSTANCE;
    }

    private Session session(List<Object> answer) {
        return records.read((String) answer.get(1), Instant.ofEpochMilli(number(answer, 2)));
    }

    static long number(List<Object> answer, int index) {
        return ((Number) answer.get(index)).longValue();
    }
}
