package io.mcpsession.redis;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.redisson.api.BatchOptions;
import org.redisson.api.BatchResult;
import org.redisson.api.RBatch;
import org.redisson.api.RedissonClient;
import org.redisson.misc.CompletableFutureWrapper;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;

/** Which writes wait for a replica, in a cluster of which one shard has none. */
class ConfirmationsTest {

    private final Map<String, Integer> replicas = new HashMap<>(Map.of("{0", 0, "{1", 1));
    private final List<String> waitedFor = new ArrayList<>();
    private long now;
    private String asked;
    private final Confirmations confirmations = new Confirmations(redisson(),
            TestRedis.config().at(Topology.CLUSTER, TestRedis.config().addresses(), ""), () -> now);

    private RedissonClient redisson() {
        return fake(RedissonClient.class, arguments -> {
            boolean waits = ((BatchOptions) arguments[0]).getSyncSlaves() > 0;
            if (waits) {
                waitedFor.add(asked);
            }
            BatchResult<Object> result = new BatchResult<>(List.of(), waits ? replicas.get(asked) : 0);
            return fake(RBatch.class, _ -> new CompletableFutureWrapper<>(result));
        });
    }

    private interface Answer {

        Object to(Object[] arguments);
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (_, _, arguments) -> answer.to(arguments)));
    }

    private void write(String shard) {
        asked = shard;
        confirmations.of(shard, _ -> CompletableFuture.completedFuture("")).toCompletableFuture().join();
    }

    @Test
    void aShardWithoutAReplicaIsNotWaitedForAndTheOthersAre() {
        write("{0");
        write("{0");
        write("{1");
        write("{1");

        assertThat(waitedFor, contains("{0", "{1", "{1"));
    }

    @Test
    void aShardThatHasAReplicaAgainIsWaitedForAfterAWhile() {
        write("{0");
        replicas.put("{0", 1);
        now = TimeUnit.SECONDS.toNanos(6);
        write("{0");
        write("{0");

        assertThat(waitedFor, contains("{0", "{0", "{0"));
    }
}
