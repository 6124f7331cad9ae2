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
final class SessionReads {

    private static final String NO_TOUCH = "0";
    private static final String ANY_OWNER = "";
    private static final String NOBODY = "";
    private static final String START = "0";
    private static final int VALUES_OF_A_LOOKUP = 3;

    private final RedisCalls redis;
    private final Layout layout;
    private final Partitions partitions;
    private final RedisTime time;
    private final String idleMillis;
    private final String lifetimeMillis;
    private final String touchIntervalMillis;

    SessionReads(RedisCalls redis, Layout layout, Partitions partitions, RedisTime time, String idleMillis,
                 String lifetimeMillis, String touchIntervalMillis) {
        this.redis = redis;
        this.layout = layout;
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
                List.of(partition.sessions(), partition.timeouts(), partition.tombstoneOf(inquiry.id()),
                        alias(inquiry), index(inquiry)),
                time.argument(), inquiry.id().value(), idle(inquiry), lifetimeMillis, touchIntervalMillis,
                mark(inquiry), userId(inquiry), partition.tombstones());
    }

    /** The key that may name another session in its place; the tombstone's own key names none. */
    private String alias(Inquiry inquiry) {
        Partition partition = partitions.of(inquiry.id());
        return inquiry.caller()
                .map(caller -> partition.placeOf(caller, Place.formerly(inquiry.id().value())))
                .orElseGet(() -> partition.tombstoneOf(inquiry.id()));
    }

    /** Without a caller none is written to, so it may be any key. */
    private String index(Inquiry inquiry) {
        Partition partition = partitions.of(inquiry.id());
        return inquiry.caller().map(partition::indexOf).orElseGet(() -> partition.tombstoneOf(inquiry.id()));
    }

    private String idle(Inquiry inquiry) {
        return inquiry.touch() ? idleMillis : NO_TOUCH;
    }

    private String mark(Inquiry inquiry) {
        return inquiry.caller().map(layout::mark).orElse(ANY_OWNER);
    }

    private static String userId(Inquiry inquiry) {
        return inquiry.caller().filter(caller -> caller.issuer().isEmpty()).map(Principal::subject).orElse(NOBODY);
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
        List<Object> keys = new ArrayList<>(List.of(partition.sessions(), partition.timeouts()));
        List<Object> arguments = new ArrayList<>(List.of(time.argument(), lifetimeMillis, touchIntervalMillis,
                partition.tombstones()));
        for (Inquiry inquiry : inquiries) {
            keys.addAll(List.of(partition.tombstoneOf(inquiry.id()), alias(inquiry), index(inquiry)));
            arguments.addAll(List.of(inquiry.id().value(), idle(inquiry), mark(inquiry), userId(inquiry)));
        }
        return new Invocation(keys, arguments.toArray());
    }

    SessionPage list(Principal owner, Optional<SessionId> after, int size) {
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

    long count() {
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

    long count(Principal owner) {
        Partition partition = partitions.of(owner);
        return redis.number(LuaScript.COUNT_USER,
                List.of(partition.sessions(), partition.timeouts(), partition.indexOf(owner)), time.argument());
    }

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
        return layout.read((String) answer.get(1), Instant.ofEpochMilli(number(answer, 2)));
    }

    static long number(List<Object> answer, int index) {
        return ((Number) answer.get(index)).longValue();
    }
}
