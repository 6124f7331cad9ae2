package io.mcpsession.redis;

import io.mcpsession.relay.Awaited;
import io.mcpsession.session.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What is waited for as one Redis set per session, and the words left for who comes late as another beside it. */
public final class RedisAwaited implements Awaited {

    /** Of one session; more than its user may have open. */
    private static final int MOST = 1024;
    private static final int MOST_WORDS = 32;
    /** Longer than anything is waited for; only what a killed replica left is still there then. */
    private static final Duration KEPT = Duration.ofHours(2);
    /** A call shows that it can be cancelled once it has run for a moment. */
    private static final Duration WORD_KEPT = Duration.ofSeconds(5);
    private static final String NO_TIME = "";

    private final RedisCalls redis;
    private final Partitions partitions;

    public RedisAwaited(RedisCalls redis, RedisConfig config) {
        this.redis = redis;
        this.partitions = Partitions.of(config);
    }

    @Override
    public CompletionStage<Boolean> begin(SessionId session, String what) {
        return redis.sendOnce(LuaScript.AWAITED_BEGIN, keys(session), NO_TIME, what, MOST, KEPT.toMillis())
                .thenApply(answer -> answer == 1);
    }

    @Override
    public CompletionStage<Boolean> take(SessionId session, String what) {
        return take(session, what, 0);
    }

    @Override
    public CompletionStage<Boolean> takeOrLeaveWord(SessionId session, String what) {
        return take(session, what, MOST_WORDS);
    }

    private CompletionStage<Boolean> take(SessionId session, String what, int words) {
        return redis.sendOnce(LuaScript.AWAITED_TAKE, keys(session), NO_TIME, what, words, WORD_KEPT.toMillis())
                .thenApply(answer -> answer == 1);
    }

    private List<Object> keys(SessionId session) {
        String key = partitions.of(session).streams() + session.value();
        return List.of(key + ":awaited", key + ":words");
    }
}
