package io.mcpsession.redis;

import io.mcpsession.relay.FeedCompactedException;
import io.mcpsession.relay.FeedPosition;
import io.mcpsession.relay.Position;
import io.mcpsession.relay.SessionEvent;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RStreamAsync;
import org.redisson.api.RedissonClient;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.client.codec.StringCodec;

/** Reads the logs of all partitions at once. */
final class SessionLogs {

    /** Most entries of one log read at once. */
    private static final int MOST = 500;

    private final RedissonClient redisson;
    private final RedisCalls redis;
    private final List<String> keys;
    private final RedisTime time;

    SessionLogs(RedissonClient redisson, RedisCalls redis, RedisConfig config, RedisTime time) {
        this.redisson = redisson;
        this.redis = redis;
        this.keys = Partitions.of(config).all().stream().map(Partition::log).toList();
        this.time = time;
    }

    /**
     * An entry of a log.
     *
     * @param log   which
     * @param event empty for one that tells nothing, or nothing this version knows
     */
    record Entry(int log, Position position, Optional<SessionEvent> event) {

        /** Characters of what it tells. */
        int length() {
            return event.map(it -> it.session().value().length() + it.owner().issuer().length()
                    + it.owner().subject().length() + it.reason().length()).orElse(0);
        }
    }

    /** Where the logs stand, each begun if need be, and kept for who waits there. */
    List<Position> places() {
        return keys.stream()
                .map(key -> Position.parse(redis.text(LuaScript.LOG_PLACE, List.of(key), time.argument()).orElseThrow()))
                .toList();
    }

    /**
     * What follows these places, of each log as much as fits.
     *
     * @throws FeedCompactedException when an entry that followed is gone
     */
    List<Entry> after(List<Position> places) {
        if (places.size() != keys.size()) {
            throw compacted();
        }
        // From the last one seen: that it is still there, or that the next one is, says that none between them is gone.
        List<Map<StreamMessageId, Map<String, String>>> found = ranges(MOST + 1, places);
        List<Entry> entries = new ArrayList<>();
        for (int log = 0; log < found.size(); log++) {
            Position last = places.get(log);
            Position next = next(last);
            for (Map.Entry<StreamMessageId, Map<String, String>> entry : found.get(log).entrySet()) {
                Position position = new Position(entry.getKey().getId0(), entry.getKey().getId1());
                if (position.equals(last)) {
                    continue;
                }
                if (!position.equals(next)) {
                    throw compacted();
                }
                entries.add(new Entry(log, position, event(entry.getValue())));
                next = next(position);
            }
            if (found.get(log).isEmpty()) {
                throw compacted();
            }
        }
        return entries;
    }

    private static Position next(Position position) {
        return new Position(position.millis(), position.sequence() + 1);
    }

    private FeedCompactedException compacted() {
        List<Position> newest = places();
        List<Map<StreamMessageId, Map<String, String>>> oldest =
                ranges(1, keys.stream().map(_ -> new Position(0, 1)).toList());
        return new FeedCompactedException(new FeedPosition(IntStream.range(0, keys.size())
                .mapToObj(log -> oldest.get(log).keySet().stream().findFirst()
                        // The entry before the oldest, so that the oldest is the next; the very first tells nothing.
                        .map(id -> new Position(id.getId0(), Math.max(0, id.getId1() - 1)))
                        .orElse(newest.get(log)))
                .toList()));
    }

    private List<Map<StreamMessageId, Map<String, String>>> ranges(int most, List<Position> from) {
        List<?> answers = redis.await("events-read", () -> batch(most, from).executeAsync(), this::places).getResponses();
        List<Map<StreamMessageId, Map<String, String>>> found = new ArrayList<>(answers.size());
        for (Object answer : answers) {
            @SuppressWarnings("unchecked")
            var entries = (Map<StreamMessageId, Map<String, String>>) answer;
            found.add(entries);
        }
        return found;
    }

    private RBatch batch(int most, List<Position> from) {
        RBatch batch = redisson.createBatch(BatchOptions.defaults());
        for (int log = 0; log < keys.size(); log++) {
            RStreamAsync<String, String> stream = batch.getStream(keys.get(log), StringCodec.INSTANCE);
            stream.rangeAsync(most, new StreamMessageId(from.get(log).millis(), from.get(log).sequence()),
                    StreamMessageId.MAX);
        }
        return batch;
    }

    private static Optional<SessionEvent> event(Map<String, String> fields) {
        try {
            long expires = Long.parseLong(fields.get("x"));
            return Optional.of(new SessionEvent(
                    SessionEvent.Kind.valueOf(fields.get("k").toUpperCase(Locale.ROOT)),
                    new SessionId(fields.get("s")),
                    new Principal(fields.get("i"), fields.get("o")),
                    Instant.ofEpochMilli(Long.parseLong(fields.get("t"))),
                    expires == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(expires)),
                    fields.get("r")));
        } catch (RuntimeException e) {
            // The first entry of each log, and whatever a newer replica writes.
            return Optional.empty();
        }
    }
}
