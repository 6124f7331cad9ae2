package io.mcpsession.redis;

import io.mcpsession.session.SigningKey;
import io.mcpsession.session.SigningKeys;
import io.mcpsession.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Sees to it that replicas on one Redis have the settings by which they find each other's sessions. Each says every few
 * seconds what it has, and who differs from one that runs does not join. When the last replica has stopped, or has been
 * silent for half a minute, the settings may be others.
 *
 * <p>Another key prefix is another deployment, unless the signing keys are the same: then somebody mistyped it.
 */
public final class AgreedSettings implements AutoCloseable {

    private static final Logger LOG = System.getLogger(AgreedSettings.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(3);
    /** After its last heartbeat a replica counts as stopped. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(30);
    private static final byte[] KEY_ID = "mcp-session-server key id".getBytes(UTF_8);
    private static final int KEY_ID_BYTES = 6;
    private static final String SHARED = "shared-through-redis";

    private final RedissonClient redisson;
    private final RedisCalls redis;
    private final RedisConfig config;
    private final SigningKeys keys;
    private final boolean sharesKeys;
    private final String replica;
    private final ScheduledExecutorService timer;
    private List<String> joined = List.of();
    private long lastHeartbeat;
    /** Not below the prefix, so a rule that gives the Redis user the keys of its prefix only forbids it, and then it is right. */
    private boolean prefixesAreSecret;
    private volatile boolean agreed;

    /**
     * @param sharesKeys whether the signing keys come from Redis, and so are the same by themselves
     * @param name       of this replica, as operators know it
     */
    public AgreedSettings(RedissonClient redisson, RedisCalls redis, RedisConfig config, SigningKeys keys,
                          boolean sharesKeys, String name, SecureRandom random) {
        this.redisson = redisson;
        this.redis = redis;
        this.config = config;
        this.keys = keys;
        this.sharesKeys = sharesKeys;
        // Two of one host have the same name.
        this.replica = name + "/" + Integer.toHexString(random.nextInt());
        this.timer = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name("agreed-settings").daemon().unstarted(task));
    }

    /**
     * A setting that is not what another replica has.
     *
     * @param setting its key
     * @param mine    what this replica has; of signing keys what they are known by
     * @param theirs  what the other one has
     * @param replica the other one
     */
    public record Difference(String setting, String mine, String theirs, String replica) {

        /** One line for the operator. */
        public String message() {
            return setting + ": is " + mine + " here and " + theirs + " on replica " + replica + ", which runs on the same"
                    + " Redis; all replicas must agree. To change it, stop all of them first (one that was killed counts"
                    + " for " + FORGOTTEN.toSeconds() + " s).";
        }
    }

    /** Says every few seconds what this replica has, and goes on asking while it differs or Redis is away. */
    public void start() {
        timer.scheduleWithFixedDelay(this::joinQuietly, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether this replica is one of those that agree; false until Redis was asked. */
    public boolean agreed() {
        return agreed;
    }

    /**
     * Joins the replicas that run, or says again that this one does.
     *
     * @return what differs, if anything
     * @throws StoreUnavailableException when Redis could not be asked
     */
    public synchronized Optional<Difference> join() {
        List<SigningKey> current = keys.current();
        List<String> ids = current.stream().map(AgreedSettings::idOf).toList();
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("mcp.session.layout", config.layout().settingName());
        if (!config.layout().isOriginal()) {
            settings.put("mcp.store.redis.partitions", Integer.toString(config.partitions()));
        }
        settings.put("mcp.session.signing-keys",
                String.join(" ", sharesKeys ? Stream.concat(Stream.of(SHARED), ids.stream()).toList() : ids));
        Optional<Difference> difference = join(config.keyPrefix() + ":replicas", settings);
        if (difference.isEmpty() && !sharesKeys && !prefixesAreSecret) {
            difference = ids.stream().flatMap(id -> joinUnderAnyPrefix(id).stream()).findFirst();
        }
        agreed = difference.isEmpty();
        lastHeartbeat = System.nanoTime();
        return difference;
    }

    private Optional<Difference> joinUnderAnyPrefix(String keyId) {
        try {
            return join("mcp-session-server:signed-by:" + keyId, Map.of("mcp.store.redis.key-prefix", config.keyPrefix()));
        } catch (StoreUnavailableException e) {
            prefixesAreSecret = true;
            LOG.log(Level.DEBUG, "key prefixes of replicas with the same signing keys are not compared", e);
            return Optional.empty();
        }
    }

    private Optional<Difference> join(String key, Map<String, String> settings) {
        List<Object> arguments = new ArrayList<>(List.of(RedisTime.server().argument(), replica, FORGOTTEN.toMillis()));
        settings.forEach((name, value) -> arguments.addAll(List.of(name, value)));
        List<Object> answer = redis.list(LuaScript.JOIN, List.of(key), arguments.toArray());
        if (answer.isEmpty()) {
            joined = Stream.concat(joined.stream(), Stream.of(key)).distinct().collect(Collectors.toList());
            return Optional.empty();
        }
        String setting = (String) answer.getFirst();
        return Optional.of(new Difference(setting, settings.get(setting), (String) answer.get(1),
                (String) answer.get(2)));
    }

    /** Says which key it is, and nothing by which it could be found. */
    private static String idOf(SigningKey key) {
        return HexFormat.of().formatHex(key.sign(KEY_ID), 0, KEY_ID_BYTES);
    }

    private void joinQuietly() {
        if (agreed && System.nanoTime() - lastHeartbeat < HEARTBEAT.toNanos()) {
            return;
        }
        boolean before = agreed;
        boolean first = lastHeartbeat == 0;
        try {
            Optional<Difference> difference = join();
            if (difference.isPresent() && (before || first)) {
                LOG.log(Level.ERROR, "not ready: " + difference.get().message());
            } else if (difference.isEmpty() && !before && !first) {
                LOG.log(Level.INFO, "ready: all replicas agree in their settings");
            }
        } catch (StoreUnavailableException e) {
            // What was agreed stays so; Redis's own metrics and readiness tell of the rest.
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "comparing the settings of replicas failed", e);
        }
    }

    @Override
    public synchronized void close() {
        timer.shutdownNow();
        for (String key : joined) {
            try {
                redis.await("replica-leave", key,
                        () -> redisson.<String, String>getMap(key, StringCodec.INSTANCE).fastRemoveAsync(replica));
            } catch (StoreUnavailableException e) {
                return;
            }
        }
    }
}
