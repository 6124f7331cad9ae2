package io.mcpsession.redis;

import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.relay.Position;
import io.mcpsession.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.redisson.api.RStream;
import org.redisson.api.RedissonClient;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamRangeArgs;
import org.redisson.api.stream.StreamReadArgs;
import org.redisson.client.codec.StringCodec;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The bus as one bounded Redis stream. Each replica follows it from where it was, so nothing is lost while a connection
 * is; publish and subscribe of Redis would forget.
 */
public final class RedisBus implements Bus, AutoCloseable {

    private static final Logger LOG = System.getLogger(RedisBus.class.getName());
    private static final int MOST_EVENTS = 10_000;
    /** Of one event as it lies in Redis, so that the bus never takes more than some tens of MB. */
    private static final int MOST_BYTES = 4096;
    /** Events read by one command. */
    private static final int AT_ONCE = 100;
    private static final Duration KEPT = Duration.ofHours(1);
    private static final Duration BLOCK = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final String FIELD = "e";
    private static final String NO_TIME = "";
    private static final Position START = new Position(0, 0);

    private final RStream<String, String> stream;
    private final RedisCalls redis;
    private final String key;
    private final List<Consumer<Heard>> listeners = new CopyOnWriteArrayList<>();
    /** What was heard last. An old snapshot may bring it back, and it must not be heard again. Used by the follower. */
    private final Set<Position> told = Collections.newSetFromMap(new LinkedHashMap<>() {

        @Override
        protected boolean removeEldestEntry(Map.Entry<Position, Boolean> eldest) {
            return size() > MOST_EVENTS;
        }
    });
    private final Thread follower;
    private volatile Position position = START;
    private volatile boolean closed;

    public RedisBus(RedissonClient redisson, RedisCalls redis, RedisConfig config) {
        this.key = config.keyPrefix() + ":bus";
        this.stream = redisson.getStream(key, StringCodec.INSTANCE);
        this.redis = redis;
        this.follower = Thread.ofVirtual().name("bus").unstarted(this::followForEver);
    }

    /** Starts following from now. */
    public void start() {
        follower.start();
    }

    @Override
    public CompletionStage<?> publish(BusEvent event) {
        String text = BusEventText.write(event);
        if (text.getBytes(UTF_8).length > MOST_BYTES) {
            // Whoever publishes keeps to less, so what comes here is another server's, such as a URI.
            lost(event, "it is longer than " + MOST_BYTES + " bytes");
            return CompletableFuture.completedStage(event);
        }
        return redis.send(LuaScript.BUS_PUBLISH, List.of(key), "", MOST_EVENTS, KEPT.toMillis(), text)
                .handle((_, failure) -> {
                    if (failure != null) {
                        lost(event, failure.getMessage());
                    }
                    return event;
                });
    }

    private static void lost(BusEvent event, String why) {
        LOG.log(Level.WARNING, () -> "other replicas were not told of " + event.getClass().getSimpleName() + ": " + why);
    }

    @Override
    public Following follow(Consumer<Heard> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public boolean after(Position after, Predicate<Heard> listener) {
        Map<StreamMessageId, Map<String, String>> oldest = range(StreamMessageId.MIN, 1);
        boolean remembered = oldest.keySet().stream().allMatch(id -> position(id).compareTo(after) <= 0)
                || oldest.isEmpty() && after.equals(position);
        // Behind all that is there now lies what a Redis that has lost the stream no longer knows.
        if (!remembered || !oldest.isEmpty() && newest().compareTo(after) < 0) {
            return false;
        }
        Position last = after;
        boolean more = true;
        while (more) {
            Map<StreamMessageId, Map<String, String>> page =
                    range(new StreamMessageId(last.millis(), last.sequence() + 1), AT_ONCE);
            more = page.size() == AT_ONCE;
            for (Map.Entry<StreamMessageId, Map<String, String>> entry : page.entrySet()) {
                last = position(entry.getKey());
                if (!heard(entry.getKey(), entry.getValue()).map(listener::test).orElse(true)) {
                    return true;
                }
            }
        }
        return true;
    }

    private Map<StreamMessageId, Map<String, String>> range(StreamMessageId from, int most) {
        return redis.await("bus-after", () -> stream.rangeAsync(
                StreamRangeArgs.startId(from).endId(StreamMessageId.MAX).count(most)), this::newest);
    }

    @Override
    public Position position() {
        return position;
    }

    private void followForEver() {
        boolean placed = false;
        boolean failed = false;
        while (!closed) {
            try {
                if (!placed) {
                    position = newest();
                    placed = true;
                } else if (failed) {
                    // A stream that holds something else makes way for one.
                    beginAnewIfBehind();
                }
                failed = false;
                Map<StreamMessageId, Map<String, String>> read = read();
                if (read.isEmpty()) {
                    beginAnewIfBehind();
                }
                read.forEach(this::tell);
            } catch (StoreUnavailableException e) {
                failed = true;
                LockSupport.parkNanos(RETRY.toNanos());
            } catch (RuntimeException e) {
                if (!closed) {
                    LOG.log(Level.WARNING, "following the bus failed; trying again", e);
                    LockSupport.parkNanos(RETRY.toNanos());
                }
            }
        }
    }

    /**
     * Redis may have lost the stream, by FLUSHALL, a failover or an old snapshot, and number what comes since lower than
     * what was lost, when its clock is behind. Whoever waited for higher numbers would hear of nothing.
     */
    private void beginAnewIfBehind() {
        if (newest().compareTo(position) < 0) {
            LOG.log(Level.WARNING, "the bus has lost what was on it and begins anew");
            position = START;
        }
    }

    private Position newest() {
        return redis.text(LuaScript.BUS_NEWEST, List.of(key), NO_TIME).map(Position::parse).orElse(START);
    }

    private Map<StreamMessageId, Map<String, String>> read() {
        StreamMessageId last = new StreamMessageId(position.millis(), position.sequence());
        return redis.awaitFor(BLOCK.plusSeconds(2),
                () -> stream.readAsync(StreamReadArgs.greaterThan(last).count(AT_ONCE).timeout(BLOCK)));
    }

    private void tell(StreamMessageId id, Map<String, String> fields) {
        heard(id, fields).filter(heard -> told.add(heard.position())).ifPresent(heard -> {
            for (Consumer<Heard> listener : listeners) {
                try {
                    listener.accept(heard);
                } catch (RuntimeException e) {
                    LOG.log(Level.WARNING, "a listener of the bus failed", e);
                }
            }
        });
        position = position(id);
    }

    /** Empty for an event of a newer replica that this one does not know. */
    private static Optional<Heard> heard(StreamMessageId id, Map<String, String> fields) {
        return BusEventText.read(fields.get(FIELD)).map(event -> new Heard(position(id), event));
    }

    private static Position position(StreamMessageId id) {
        return new Position(id.getId0(), id.getId1());
    }

    @Override
    public void close() {
        closed = true;
        follower.interrupt();
    }
}
