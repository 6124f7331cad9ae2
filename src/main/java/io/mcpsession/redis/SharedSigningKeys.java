package io.mcpsession.redis;

import io.mcpsession.session.SigningKey;
import io.mcpsession.session.SigningKeys;
import io.mcpsession.session.StoreUnavailableException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.redisson.api.RBucket;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/**
 * One signing key for all replicas, made by whichever replica comes first and shared through Redis. For set-ups that
 * configure no keys of their own.
 *
 * <p>When Redis loses the key, the first replica to notice puts its own back, and ids signed before stay good: a
 * replica goes on verifying with the keys it has seen.
 */
public final class SharedSigningKeys implements SigningKeys, AutoCloseable {

    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final int KEY_BYTES = 32;
    private static final int KEYS_REMEMBERED = 4;

    private final RBucket<String> bucket;
    private final RedisCalls redis;
    private final SecureRandom random;
    private final ScheduledExecutorService timer;
    private volatile List<SigningKey> keys = List.of();
    private String signing;

    public SharedSigningKeys(RedissonClient redisson, RedisCalls redis, RedisConfig config, SecureRandom random) {
        this.bucket = redisson.getBucket(config.keyPrefix() + ":signing-key", StringCodec.INSTANCE);
        this.redis = redis;
        this.random = random;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name("signing-keys").daemon().unstarted(task));
    }

    /** Keeps the keys in step with Redis. */
    public void start() {
        timer.scheduleWithFixedDelay(this::refreshQuietly, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public List<SigningKey> current() {
        return keys.isEmpty() ? refresh() : keys;
    }

    private void refreshQuietly() {
        try {
            refresh();
        } catch (StoreUnavailableException e) {
            // The store's own metrics and readiness tell of it; the keys at hand stay good.
        }
    }

    private synchronized List<SigningKey> refresh() {
        String proposed = signing != null ? signing : fresh();
        boolean placed = redis.await("signing-key", () -> bucket.setIfAbsentAsync(proposed));
        String agreed = placed ? proposed : redis.await("signing-key", bucket::getAsync);
        if (agreed != null && !agreed.equals(signing)) {
            signing = agreed;
            SigningKey first = new SigningKey(Base64.getDecoder().decode(agreed));
            keys = Stream.concat(Stream.of(first), keys.stream()).distinct().limit(KEYS_REMEMBERED).toList();
        }
        if (keys.isEmpty()) {
            throw new StoreUnavailableException("the shared signing key vanished while it was read", null);
        }
        return keys;
    }

    private String fresh() {
        byte[] secret = new byte[KEY_BYTES];
        random.nextBytes(secret);
        return Base64.getEncoder().encodeToString(secret);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
