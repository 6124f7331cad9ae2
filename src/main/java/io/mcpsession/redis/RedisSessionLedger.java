package io.mcpsession.redis;

import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.redisson.api.BatchOptions;
import org.redisson.api.BatchOptions.ExecutionMode;
import org.redisson.api.BatchResult;
import org.redisson.api.RBatch;
import org.redisson.api.RMapAsync;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** The ledger as one Redis hash per session, outside of the session's partition so that it outlives the session. */
public final class RedisSessionLedger implements SessionLedger {

    /** Longer than it takes to notice that a session has ended. */
    private static final Duration SLACK = Duration.ofHours(1);

    private final RedissonClient redisson;
    private final RedisCalls redis;
    private final String prefix;
    private final Duration kept;

    public RedisSessionLedger(RedissonClient redisson, RedisCalls redis, RedisConfig config, SessionLimits limits) {
        this.redisson = redisson;
        this.redis = redis;
        this.prefix = config.keyPrefix() + ":upstream:";
        this.kept = limits.absoluteLifetime().plus(SLACK);
    }

    @Override
    public void note(SessionId own, String upstream, String id) {
        RBatch batch = batch();
        RMapAsync<String, String> ids = ids(batch, own);
        ids.fastPutAsync(upstream, id);
        ids.expireAsync(kept);
        redis.await("ledger-note", batch::executeAsync);
    }

    @Override
    public Map<String, String> take(SessionId own) {
        RBatch batch = batch();
        RMapAsync<String, String> ids = ids(batch, own);
        ids.readAllMapAsync();
        ids.deleteAsync();
        BatchResult<?> result = redis.await("ledger-take", batch::executeAsync);
        List<?> answers = result.getResponses();
        @SuppressWarnings("unchecked")
        Map<String, String> taken = (Map<String, String>) answers.getFirst();
        return taken;
    }

    /** Both commands or none, and nobody's in between. */
    private RBatch batch() {
        return redisson.createBatch(BatchOptions.defaults().executionMode(ExecutionMode.REDIS_WRITE_ATOMIC));
    }

    private RMapAsync<String, String> ids(RBatch batch, SessionId own) {
        return batch.getMap(prefix + own.value(), StringCodec.INSTANCE);
    }
}
