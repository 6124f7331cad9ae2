package io.mcpsession.redis;

import io.mcpsession.auth.ApiToken;
import io.mcpsession.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Keeps revoked secrets of API tokens revoked. Redis may come back from a copy of its data that is older than a
 * revocation; each replica remembers those it has read there, refuses them itself, and tells them to a Redis that has
 * forgotten them. Whoever revokes, such as a command, need not be running then.
 */
public final class RevokedTokens implements AutoCloseable {

    private static final Logger LOG = System.getLogger(RevokedTokens.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(2);
    /** For longer than anybody keeps copies of a Redis that it might start from by itself. */
    private static final Duration KEPT = Duration.ofDays(30);
    /** Some 150 bytes each, here and in Redis. */
    private static final int MOST = 10_000;
    private static final int AT_ONCE = 100;
    private static final int PAGE = 500;
    /** From when: now, by the clock of Redis. */
    private static final String FROM_NOW = "";

    private final RedisCalls redis;
    private final String tokens;
    private final String revoked;
    private final Map<String, Long> known = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;

    public RevokedTokens(RedisCalls redis, RedisConfig config) {
        this.redis = redis;
        this.tokens = tokens(config);
        this.revoked = config.keyPrefix() + ":revoked:{" + tokens + "}";
        this.timer = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name("revoked-tokens").daemon().unstarted(task));
    }

    /** The hash of the tokens themselves. */
    static String tokens(RedisConfig config) {
        return config.keyPrefix() + ":tokens";
    }

    /** Keeps in step with Redis from now on; returns itself. */
    public RevokedTokens start() {
        timer.scheduleWithFixedDelay(this::followQuietly, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /** Whether a secret is not revoked by what is known here; a token that says itself when it is over may say so. */
    boolean allows(String digest, ApiToken token, Instant now) {
        Long from = known.get(digest);
        return from == null || from > now.toEpochMilli()
                || token.expires().filter(at -> at.toEpochMilli() <= from).isPresent();
    }

    /**
     * Revokes secrets for good, and has a replica of Redis acknowledge it.
     *
     * @return how many there were
     */
    long revoke(List<String> digests) {
        List<Object> arguments = arguments();
        digests.forEach(digest -> arguments.addAll(List.of(digest, FROM_NOW)));
        long found = ((Number) redis.confirmed(LuaScript.TOKEN_REVOKE, List.of(tokens, revoked), arguments.toArray())
                .getFirst()).longValue();
        digests.forEach(digest -> known.put(digest, 0L));
        return found;
    }

    /**
     * Gives a token another secret, unless it changed since it was read.
     *
     * @param token  as it was read
     * @param former what becomes of the old secret
     * @param until  when that is over
     */
    boolean rotate(String oldDigest, String token, String former, String digest, Instant until) {
        boolean rotated = redis.numberOnce(LuaScript.TOKEN_ROTATE, List.of(tokens, revoked),
                RedisTime.server().argument(), oldDigest, token, former, digest, until.toEpochMilli(), KEPT.toMillis()) == 1;
        if (rotated) {
            known.put(oldDigest, until.toEpochMilli());
        }
        return rotated;
    }

    private static List<Object> arguments() {
        return new ArrayList<>(List.of(RedisTime.server().argument(), MOST, KEPT.toMillis()));
    }

    private void followQuietly() {
        try {
            follow();
        } catch (StoreUnavailableException e) {
            // What is known stays refused here; the next look comes soon.
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "following revocations of tokens failed; trying again", e);
        }
    }

    /** Learns what others revoked, and repeats what Redis has forgotten. */
    void follow() {
        List<String> before = List.copyOf(known.keySet());
        Map<String, Long> there = read();
        List<String> forgotten = before.stream().filter(digest -> !there.containsKey(digest)).toList();
        if (there.size() >= MOST) {
            // The oldest make way for new ones.
            known.keySet().retainAll(there.keySet());
        } else if (!forgotten.isEmpty()) {
            repeat(forgotten);
        }
        known.putAll(there);
    }

    private Map<String, Long> read() {
        Map<String, Long> there = new ConcurrentHashMap<>();
        List<Object> page;
        int place = 0;
        do {
            page = redis.list(LuaScript.TOKEN_REVOKED, List.of(revoked), RedisTime.server().argument(), place, PAGE);
            for (int i = 0; i < page.size(); i += 2) {
                there.put((String) page.get(i), millis((String) page.get(i + 1)));
            }
            place += PAGE;
        } while (page.size() == 2 * PAGE);
        return there;
    }

    /** A score as Redis writes it: one may be infinite. */
    private static long millis(String score) {
        return switch (score) {
            case "inf" -> Long.MAX_VALUE;
            case "-inf" -> Long.MIN_VALUE;
            default -> (long) Double.parseDouble(score);
        };
    }

    private void repeat(List<String> digests) {
        for (int from = 0; from < digests.size(); from += AT_ONCE) {
            List<Object> arguments = arguments();
            digests.subList(from, Math.min(from + AT_ONCE, digests.size()))
                    .forEach(digest -> arguments.addAll(List.of(digest, known.get(digest))));
            redis.list(LuaScript.TOKEN_REVOKE, List.of(tokens, revoked), arguments.toArray());
        }
        LOG.log(Level.WARNING, "Redis had forgotten that secrets of tokens were revoked; they are revoked again secrets="
                + digests.size());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
