package io.mcpsession.redis;

import io.mcpsession.redis.RedisCalls.Invocation;
import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Place;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionPage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The half of the store that changes nothing but expiry. */
final class MapCacheReads {

    private static final String NO_TOUCH = "0";
    private static final String ANY_OWNER = "";
    private static final int VALUES_OF_A_LOOKUP = 3;

    private final RedisCalls redis;
    private final Partitions partitions;
    private final RedisTime time;
    private final String idleMillis;
    private final String lifetimeMillis;
    private final String touchIntervalMillis;

    MapCacheReads(RedisCalls redis, Partitions partitions, RedisTime time, String idleMillis, String lifetimeMillis,
                  String touchIntervalMillis) {
        this.redis = redis;
        this.partitions = partitions;
        this.time = time;
        this.idleMillis = idleMillis;
        this.lifetimeMillis = lifetimeMillis;
        this.touchIntervalMillis = touchIntervalMillis;
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
        return redis.list(LuaScript.LOOKUP,
                List.of(partition.map(), partition.timeouts(), partition.tombstoneOf(inquiry.id()), alias(inquiry)),
                time.argument(), inquiry.id().value(), idle(inquiry), lifetimeMillis, touchIntervalMillis,
                beginning(inquiry), partition.tombstones());
    }

    /** The key that may name another session in its place; the tombstone's own key names none. */
    private String alias(Inquiry inquiry) {
        Partition partition = partitions.of(inquiry.id());
        return inquiry.caller()
                .map(caller -> partition.placeOf(caller, Place.formerly(inquiry.id().value())))
                .orElseGet(() -> partition.tombstoneOf(inquiry.id()));
    }

    private String idle(Inquiry inquiry) {
        return inquiry.touch() ? idleMillis : NO_TOUCH;
    }

    private static String beginning(Inquiry inquiry) {
        return inquiry.caller().map(SessionRecord::beginning).orElse(ANY_OWNER);
    }

    /** One script for each partition that is asked, all under way at once. */
    List<Lookup> lookUp(List<Inquiry> inquiries) {
        Map<Partition, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < inquiries.size(); i++) {
            places.computeIfAbsent(partitions.of(inquiries.get(i).id()), _ -> new ArrayList<>()).add(i);
        }
        List<List<Object>> answers = redis.lists(LuaScript.LOOKUPS, places.entrySet().stream()
                .map(entry -> invocation(entry.getKey(), entry.getValue().stream().map(inquiries::get).toList()))
                .toList());
        Lookup[] found = new Lookup[inquiries.size()];
        int asked = 0;
        for (List<Integer> positions : places.values()) {
            List<Object> answer = answers.get(asked++);
            for (int i = 0; i < positions.size(); i++) {
                found[positions.get(i)] = lookupFrom(
                        answer.subList(i * VALUES_OF_A_LOOKUP, (i + 1) * VALUES_OF_A_LOOKUP));
            }
        }
        return Arrays.asList(found);
    }

    private Invocation invocation(Partition partition, List<Inquiry> inquiries) {
        List<Object> keys = new ArrayList<>(List.of(partition.map(), partition.timeouts()));
        List<Object> arguments = new ArrayList<>(List.of(time.argument(), lifetimeMillis, touchIntervalMillis,
                partition.tombstones()));
        for (Inquiry inquiry : inquiries) {
            keys.addAll(List.of(partition.tombstoneOf(inquiry.id()), alias(inquiry)));
            arguments.addAll(List.of(inquiry.id().value(), idle(inquiry), beginning(inquiry)));
        }
        return new Invocation(keys, arguments.toArray());
    }

    SessionPage list(Principal owner, Optional<SessionId> after, int size) {
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

    long count() {
        return partitions.all().stream()
                .mapToLong(partition -> redis.number(LuaScript.COUNT, List.of(partition.map(), partition.timeouts()),
                        time.argument()))
                .sum();
    }

    long count(Principal owner) {
        Partition partition = partitions.of(owner);
        return redis.number(LuaScript.COUNT_USER,
                List.of(partition.map(), partition.timeouts(), partition.indexOf(owner)), time.argument());
    }

    static Lookup lookupFrom(List<Object> answer) {
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

    static Session session(List<Object> answer) {
        return SessionRecord.read((String) answer.get(1), Instant.ofEpochMilli(number(answer, 2)));
    }

    static long number(List<Object> answer, int index) {
        return ((Number) answer.get(index)).longValue();
    }
}
