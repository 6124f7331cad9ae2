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

    private final RedisCalls redis;
    private final Layout layout;
    private final Partitions partitions;
    private final RedisTime time;

    SessionReads(RedisCalls redis, Layout layout, Partitions partitions, RedisTime time) {
        this.redis = redis;
        this.layout = layout;
        this.partitions = partitions;
        this.time = time;
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
}
