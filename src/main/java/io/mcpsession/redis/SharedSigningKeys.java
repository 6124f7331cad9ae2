package io.mcpsession.redis;

import io.mcpsession.session.SharedQuestions;
import io.mcpsession.session.SigningKey;
import io.mcpsession.session.SigningKeys;
import io.mcpsession.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One signing key for all replicas, made by whichever replica comes first and shared through Redis. For set-ups that
 * configure no keys of their own.
 *
 * <p>When Redis loses the key, the first replica to notice puts its own back, and ids signed before stay good: a
 * replica goes on verifying with the keys it has seen.
 */
public final class SharedSigningKeys implements SigningKeys, AutoCloseable {

    private static final Logger LOG = System.getLogger(SharedSigningKeys.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final int KEY_BYTES = 32;
    private static final int KEYS_REMEMBERED = 4;
    private static final String NONE = "";

    private final RedisCalls redis;
    private final String place;
    private final SecureRandom random;
    private final Duration period;
    private final ScheduledExecutorService timer;
    private final SharedQuestions<String, List<SigningKey>> questions = new SharedQuestions<>();
    private volatile List<SigningKey> keys = List.of();
    private final UnreadableRecords unreadable = new UnreadableRecords("the signing key", System::nanoTime);
    private String signing;

    public SharedSigningKeys(RedisCalls redis, RedisConfig config, SecureRandom random) {
        this(redis, config, random, PERIOD);
    }

    SharedSigningKeys(RedisCalls redis, RedisConfig config, SecureRandom random, Duration period) {
        this.redis = redis;
        this.place = config.keyPrefix() + ":signing-key";
        this.random = random;
        this.period = period;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name("signing-keys").daemon().unstarted(task));
    }

    /** Keeps the keys in step with Redis from now on; returns itself. */
    public SharedSigningKeys start() {
        timer.scheduleWithFixedDelay(this::refreshQuietly, 0, period.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    @Override
    public List<SigningKey> current() {
        List<SigningKey> known = keys;
        return known.isEmpty() ? refreshed() : known;
    }

    /** One at a time, whoever asks. */
    private List<SigningKey> refreshed() {
        return questions.ask(place, this::refresh);
    }

    private void refreshQuietly() {
        try {
            refreshed();
        } catch (StoreUnavailableException e) {
            // The store's own metrics and readiness tell of it; the keys at hand stay good.
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "keeping the signing keys at hand: " + e.getMessage());
        }
    }

    private List<SigningKey> refresh() {
        String proposed = signing != null ? signing : fresh();
        String agreed = agreed(proposed, NONE);
        if (!agreed.equals(signing)) {
            SigningKey first = keyOf(agreed).orElse(null);
            while (first == null) {
                unreadable.found();
                agreed = agreed(proposed, agreed);
                first = keyOf(agreed).orElse(null);
            }
            signing = agreed;
            keys = Stream.concat(Stream.of(first), keys.stream()).distinct().limit(KEYS_REMEMBERED).toList();
        }
        return keys;
    }

    /**
     * @param noKey what lies there and is no key, and makes way for the one proposed
     */
    private String agreed(String proposed, String noKey) {
        return redis.text(LuaScript.SIGNING_KEY, List.of(place), RedisTime.server().argument(), proposed, noKey)
                .orElseThrow();
    }

    private static Optional<SigningKey> keyOf(String text) {
        try {
            return Optional.of(new SigningKey(Base64.getDecoder().decode(text)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
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
