package io.mcpsession.ops;

import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Tag;
import io.helidon.metrics.api.Timer;
import io.mcpsession.auth.AuthObserver;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionObserver;
import io.mcpsession.session.SessionPolicy.Situation;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The server's own metrics, and their names in one place. */
public final class Meters implements SessionObserver, AuthObserver {

    private static final Duration[] BUCKETS = Stream.of(1, 2, 5, 10, 20, 50, 100, 500, 1000, 2000)
            .map(Duration::ofMillis).toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Counter created;
    private final Counter touched;
    private final Counter mismatched;
    private final Map<Situation, Counter> renewed = new EnumMap<>(Situation.class);
    private final Counter revived;
    private final Counter evicted;
    private final Map<Ending.Kind, Counter> ended = new EnumMap<>(Ending.Kind.class);
    private final List<Timer> httpCalls;
    private final Map<String, Timer> redisCalls = new ConcurrentHashMap<>();
    private final Map<String, Counter> redisFailures = new ConcurrentHashMap<>();
    private final Map<String, Counter> denied = new ConcurrentHashMap<>();

    public Meters(MeterRegistry registry) {
        this.registry = registry;
        this.created = counter("mcp.sessions.created", "Sessions opened by initialize or CreateSession");
        this.touched = counter("mcp.sessions.touched", "Calls that used a live session");
        this.mismatched = counter("mcp.sessions.mismatched", "Ids presented by someone they were not minted for");
        this.revived = counter("mcp.sessions.revived", "Sessions that went on under their id after their time");
        this.evicted = counter("mcp.sessions.evicted", "Sessions that made room for another of the same user");
        this.httpCalls = IntStream.rangeClosed(2, 5).mapToObj(hundred -> httpTimer(hundred + "xx")).toList();
        logDropped("audit", () -> Logging.dropped().audit());
        logDropped("other", () -> Logging.dropped().other());
        for (Situation cause : Situation.values()) {
            renewed.put(cause, counter("mcp.sessions.renewed", "Sessions opened in place of a missing or dead one",
                    Tag.create("cause", name(cause))));
        }
        for (Ending.Kind kind : Ending.Kind.values()) {
            ended.put(kind, counter("mcp.sessions.ended", "Sessions ended before their time",
                    Tag.create("by", name(kind))));
        }
    }

    @Override
    public void opened(Session session) {
        created.increment();
    }

    @Override
    public void renewed(Session session, Situation why) {
        renewed.get(why).increment();
    }

    @Override
    public void revived(Session session) {
        revived.increment();
    }

    @Override
    public void evicted(Principal owner, int count) {
        evicted.increment(count);
    }

    @Override
    public void mismatched(Principal caller, SessionId presented, Optional<Principal> owner) {
        mismatched.increment();
    }

    @Override
    public void touched() {
        touched.increment();
    }

    @Override
    public void ended(Principal owner, int count, Ending ending) {
        ended.get(ending.kind()).increment(count);
    }

    @Override
    public void denied(Optional<Principal> caller, String reason, String address) {
        denied.computeIfAbsent(reason, why -> counter("mcp.auth.denied", "Requests turned away for their credentials",
                Tag.create("reason", why))).increment();
    }

    /** How many sessions are alive. */
    public void living(LongSupplier count) {
        registry.getOrCreate(Gauge.builder("mcp.sessions.living", count::getAsLong)
                .description("Live sessions of the whole deployment when last counted"));
    }

    /** How far this replica's clock is from that of Redis. */
    public void skew(Supplier<Duration> skew) {
        registry.getOrCreate(Gauge.builder("mcp.redis.clock.skew.millis", () -> skew.get().toMillis())
                .description("Milliseconds by which this replica's clock is ahead of that of Redis"));
    }

    /** Whether Redis answers. */
    public void reachable(BooleanSupplier reachable) {
        registry.getOrCreate(Gauge.builder("mcp.redis.reachable", () -> reachable.getAsBoolean() ? 1 : 0)
                .description("1 while Redis answers this replica, else 0"));
    }

    /** How many parts of Redis are not asked for now. */
    public void openCircuits(IntSupplier open) {
        registry.getOrCreate(Gauge.builder("mcp.redis.circuits.open", open::getAsInt)
                .description("Parts of Redis that are not asked just now, because they did not answer"));
    }

    /** Which servers behind this one answer, and how many things of them are not offered. */
    public void upstreams(List<String> names, Predicate<String> reachable, IntSupplier leftOut) {
        names.forEach(name -> registry.getOrCreate(Gauge.builder("mcp.upstreams.reachable", () -> reachable.test(name) ? 1 : 0)
                .description("1 while the server behind this one answers, else 0")
                .tags(List.of(Tag.create("upstream", name)))));
        registry.getOrCreate(Gauge.builder("mcp.upstreams.left.out", leftOut::getAsInt)
                .description("Tools, prompts and resources of servers behind this one that are not offered: their names are"
                        + " taken, or clients could not read them"));
    }

    /** How many endings Redis had forgotten. */
    public void endingsRepeated(LongSupplier repeated) {
        registry.getOrCreate(Gauge.builder("mcp.sessions.endings.repeated", repeated::getAsLong)
                .description("Endings of sessions that Redis had forgotten after a failover or a loss of data"));
    }

    private void logDropped(String kind, LongSupplier lines) {
        registry.getOrCreate(Gauge.builder("mcp.log.dropped", lines::getAsLong)
                .description("Lines of the log that were dropped, because standard error was not read")
                .tags(List.of(Tag.create("kind", kind))));
    }

    /** What is being served. */
    public void running(IntSupplier http, IntSupplier grpc, IntSupplier streams) {
        running("http", http);
        running("grpc", grpc);
        registry.getOrCreate(Gauge.builder("mcp.streams.open", streams::getAsInt)
                .description("Event streams that stay open until client or server ends them"));
    }

    private void running(String protocol, IntSupplier calls) {
        registry.getOrCreate(Gauge.builder("mcp.calls.running", calls::getAsInt)
                .description("Calls being served; of HTTP with streams")
                .tags(List.of(Tag.create("protocol", protocol))));
    }

    /** An answer over HTTP that was no stream. */
    public void answered(int status, long nanos) {
        httpCalls.get(Math.clamp(status / 100, 2, 5) - 2).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer httpTimer(String status) {
        return registry.getOrCreate(Timer.builder("mcp.http.calls")
                .description("Calls of the MCP endpoint that were not answered by a stream")
                .percentiles(new double[0])
                .buckets(BUCKETS)
                .tags(List.of(Tag.create("status", status))));
    }

    /** A call to Redis, and why it was not answered; empty when it was. */
    public void redisCalled(String command, long nanos, Optional<String> fault) {
        Timer timer = redisCalls.get(command);
        // Finding one takes no lock, as making one may.
        (timer == null ? redisCalls.computeIfAbsent(command, this::redisTimer) : timer).record(nanos, TimeUnit.NANOSECONDS);
        fault.ifPresent(reason -> redisFailures.computeIfAbsent(command + " " + reason, _ -> counter(
                "mcp.redis.failures", "Calls that Redis did not answer as it should", Tag.create("command", command),
                Tag.create("reason", reason))).increment());
    }

    private Timer redisTimer(String command) {
        return registry.getOrCreate(Timer.builder("mcp.redis.calls")
                .description("Calls to Redis as the server waits for them")
                // Buckets add up over replicas, quantiles do not.
                .percentiles(new double[0])
                .buckets(BUCKETS)
                .tags(List.of(Tag.create("command", command))));
    }

    private Counter counter(String name, String description, Tag... tags) {
        return registry.getOrCreate(Counter.builder(name).description(description).tags(List.of(tags)));
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
