package io.mcpsession.redis;

import io.mcpsession.redis.GatheredCalls.Answers;
import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Place;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Looks single sessions up, and restarts their idle timers on the way. */
final class SessionLookups {

    private static final int MOST_TOGETHER = 64;
    private static final int VALUES_EACH = 3;
    private static final String NO_TOUCH = "0";
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
    private final Function<Partition, GatheredCalls> gathered;

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
        this.gathered = GatheredCalls.together(config, partitions, this::gathered);
    }

    private GatheredCalls gathered() {
        return new GatheredCalls((keys, arguments) -> redis.begin(LuaScript.LOOKUPS, keys, arguments),
                () -> List.of(time.argument(), lifetimeMillis, touchIntervalMillis), Answers.THREE_VALUES,
                MOST_TOGETHER);
    }

    Lookup as(Principal caller, SessionId id, boolean touch) {
        return lookupFrom(read(new Inquiry(id, Optional.of(caller), touch)));
    }

    /** Reads exactly this session, whoever owns it: services do not follow what stands for it. */
    List<Object> exactly(SessionId id, boolean touch) {
        return read(new Inquiry(id, Optional.empty(), touch));
    }

    private List<Object> read(Inquiry inquiry) {
        Partition partition = partitions.of(inquiry.id());
        Question question = question(inquiry);
        return redis.awaitShared(LuaScript.LOOKUPS.command(), partition.sessions(),
                () -> gathered.apply(partition).ask(1, question.keys, question.arguments));
    }

    /** Many at once, those of one slot by one script. */
    List<Lookup> all(List<Inquiry> inquiries) {
        Map<GatheredCalls, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < inquiries.size(); i++) {
            places.computeIfAbsent(gathered.apply(partitions.of(inquiries.get(i).id())), _ -> new ArrayList<>()).add(i);
        }
        List<List<Object>> answers = redis.awaitShared(LuaScript.LOOKUPS.command(), RedisCalls.NO_KEY,
                () -> allOf(places.entrySet().stream()
                        .map(entry -> asked(entry.getKey(), entry.getValue().stream().map(inquiries::get).toList()))
                        .toList()));
        Lookup[] found = new Lookup[inquiries.size()];
        int answer = 0;
        for (List<Integer> positions : places.values()) {
            List<Object> values = answers.get(answer++);
            for (int i = 0; i < positions.size(); i++) {
                found[positions.get(i)] = lookupFrom(values.subList(i * VALUES_EACH, (i + 1) * VALUES_EACH));
            }
        }
        return Arrays.asList(found);
    }

    private static CompletableFuture<List<List<Object>>> allOf(List<CompletableFuture<List<Object>>> all) {
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(_ -> all.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<List<Object>> asked(GatheredCalls gathered, List<Inquiry> inquiries) {
        List<Question> questions = inquiries.stream().map(this::question).toList();
        return gathered.ask(questions.size(), questions.stream().flatMap(it -> it.keys.stream()).toList(),
                questions.stream().flatMap(it -> it.arguments.stream()).toList());
    }

    /** One inquiry as the script takes it. */
    private record Question(List<Object> keys, List<Object> arguments) {
    }

    private Question question(Inquiry inquiry) {
        Partition partition = partitions.of(inquiry.id());
        String id = inquiry.id().value();
        String tombstone = partition.tombstoneOf(inquiry.id());
        String idle = inquiry.touch() ? idleMillis : NO_TOUCH;
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

    /** What an answer of the lookup scripts says. */
    Lookup lookupFrom(List<Object> answer) {
        return switch ((int) number(answer, 0)) {
            case 0 -> gone(answer, 1);
            case 1 -> new Lookup.Live(session(answer));
            default -> new Lookup.OtherOwner(session(answer).owner());
        };
    }

    /** What a session that is not alive has become; many answers at once say '' where one says nothing. */
    static Lookup gone(List<Object> answer, int index) {
        return answer.size() > index && answer.get(index) instanceof String tombstone && !tombstone.isEmpty()
                ? new Lookup.Ended(Tombstone.read(tombstone))
                : Lookup.Absent.INSTANCE;
    }

    Session session(List<Object> answer) {
        return records.read((String) answer.get(1), Instant.ofEpochMilli(number(answer, 2)));
    }

    static long number(List<Object> answer, int index) {
        return ((Number) answer.get(index)).longValue();
    }
}
