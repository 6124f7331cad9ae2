package io.mcpsession.redis;

import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Place;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks single sessions up, and restarts their idle timers on the way. */
final class SessionLookups {

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
    private final Function<Partition, GatheredLookups> gathered;

    SessionLookups(RedisCalls redis, RedisConfig config, Partitions partitions, RedisTime time, String idleMillis,
                   String lifetimeMillis, String touchIntervalMillis) {
        this.redis = redis;
        this.layout = config.layout();
        this.partitions = partitions;
        this.time = time;
        this.idleMillis = idleMillis;
        this.lifetimeMillis = lifetimeMillis;
        this.touchIntervalMillis = touchIntervalMillis;
        if (config.topology() == Topology.CLUSTER) {
            // A script sees the keys of one slot only.
            Map<Partition, GatheredLookups> each = partitions.all().stream()
                    .collect(Collectors.toMap(Function.identity(), _ -> gathered()));
            this.gathered = each::get;
        } else {
            GatheredLookups all = gathered();
            this.gathered = _ -> all;
        }
    }

    private GatheredLookups gathered() {
        return new GatheredLookups((keys, arguments) -> redis.begin(LuaScript.LOOKUPS, keys,
                Stream.concat(Stream.of(time.argument(), lifetimeMillis, touchIntervalMillis), arguments.stream())
                        .toArray()), System::nanoTime);
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
        return redis.await(LuaScript.LOOKUPS.command(), partition.sessions(), () -> asked(inquiry, partition));
    }

    List<Lookup> all(List<Inquiry> inquiries) {
        List<List<Object>> answers = redis.await(LuaScript.LOOKUPS.command(), () -> {
            List<CompletableFuture<List<Object>>> asked = inquiries.stream()
                    .map(inquiry -> asked(inquiry, partitions.of(inquiry.id()))).toList();
            return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .thenApply(_ -> asked.stream().map(CompletableFuture::join).toList());
        });
        return answers.stream().map(this::lookupFrom).toList();
    }

    private CompletableFuture<List<Object>> asked(Inquiry inquiry, Partition partition) {
        String id = inquiry.id().value();
        String tombstone = partition.tombstoneOf(inquiry.id());
        Optional<Principal> caller = inquiry.caller();
        // Without a caller no index is written to and no other session stands for this one, so any key does.
        String alias = caller.map(it -> partition.placeOf(it, Place.formerly(id))).orElse(tombstone);
        String index = caller.map(partition::indexOf).orElse(tombstone);
        return gathered.apply(partition).ask(
                List.of(partition.sessions(), partition.timeouts(), tombstone, alias, index),
                List.of(id, inquiry.touch() ? idleMillis : NO_TOUCH, caller.map(layout::mark).orElse(ANY_OWNER),
                        caller.filter(it -> it.issuer().isEmpty()).map(Principal::subject).orElse(NOBODY)));
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
        return layout.read((String) answer.get(1), Instant.ofEpochMilli(number(answer, 2)));
    }

    static long number(List<Object> answer, int index) {
        return ((Number) answer.get(index)).longValue();
    }
}
