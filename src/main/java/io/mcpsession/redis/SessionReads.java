package io.mcpsession.redis;

import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionPage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static io.mcpsession.redis.SessionLookups.number;

/** Lists and counts sessions. */
final class SessionReads {

    private static final String START = "0";
    private static final String NONE = "";
    /** By one script, which keeps all others of a Redis waiting. */
    private static final int MOST_LOOKED_AT = 100;

    private final RedisCalls redis;
    private final Layout layout;
    private final Partitions partitions;
    private final RedisTime time;
    private final UnreadableRecords unreadable = new UnreadableRecords("sessions", System::nanoTime);

    SessionReads(RedisCalls redis, Layout layout, Partitions partitions, RedisTime time) {
        this.redis = redis;
        this.layout = layout;
        this.partitions = partitions;
        this.time = time;
    }

    SessionPage list(Principal owner, Optional<SessionId> after, int size) {
        Partition partition = partitions.of(owner);
        List<Session> sessions = new ArrayList<>(size + 1);
        String last = after.map(SessionId::value).orElse(NONE);
        do {
            List<Object> answer = redis.list(LuaScript.LIST,
                    List.of(partition.sessions(), partition.timeouts(), partition.indexOf(owner)),
                    time.argument(), last, size + 1 - sessions.size(), MOST_LOOKED_AT);
            for (int i = 1; i < answer.size(); i += 2) {
                read((String) answer.get(i), number(answer, i + 1)).ifPresent(sessions::add);
            }
            last = (String) answer.getFirst();
        } while (!last.equals(NONE) && sessions.size() <= size);
        boolean more = sessions.size() > size;
        return new SessionPage(more ? sessions.subList(0, size) : sessions, more);
    }

    /** Empty for what cannot be read: whoever asks for that session finds nothing, and takes it out. */
    private Optional<Session> read(String text, long expires) {
        try {
            return Optional.of(layout.read(text, Instant.ofEpochMilli(expires)));
        } catch (IllegalStateException e) {
            unreadable.found();
            return Optional.empty();
        }
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
        long count = 0;
        Optional<Object> from = Optional.of("-");
        while (from.isPresent()) {
            List<Object> answer = redis.list(LuaScript.COUNT_USER,
                    List.of(partition.sessions(), partition.timeouts(), partition.indexOf(owner)),
                    time.argument(), from.get(), MOST_LOOKED_AT);
            count += number(answer, 0);
            from = answer.stream().skip(1).findFirst();
        }
        return count;
    }
}
