package io.mcpsession.redis;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.api.RedissonClient;

/**
 * Random operations on three replicas never tell from a simple model in memory. {@code -Dsession.model.operations=100000}
 * does that many on each layout instead of 8,000; {@code -Dsession.model.seed=...} repeats a run.
 */
class SessionModelTest {

    private static final int OPERATIONS = Integer.getInteger("session.model.operations", 8_000);
    private static final long SEED = Long.getLong("session.model.seed", System.nanoTime());
    private static final int WORLDS = 8;

    private static List<RedissonClient> replicas;

    @BeforeAll
    static void connect() {
        replicas = IntStream.range(0, 3).mapToObj(_ -> RedisClient.open(TestRedis.config())).toList();
    }

    @AfterAll
    static void disconnect() {
        replicas.forEach(RedissonClient::shutdown);
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void theStoreIsNeverToldFromItsModel(Layout layout) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> worlds = IntStream.range(0, WORLDS)
                    .<Callable<Void>>mapToObj(world -> () -> live(layout, SEED + world)).toList();
            for (Future<Void> world : executor.invokeAll(worlds)) {
                world.get();
            }
        }
    }

    private static Void live(Layout layout, long seed) {
        try (RawRedis raw = TestRedis.connection()) {
            ModelWorld world = new ModelWorld(layout, replicas, raw, seed);
            for (int i = 0; i < OPERATIONS / WORLDS; i++) {
                try {
                    world.step();
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("session.model.seed=" + SEED + ", world " + (seed - SEED) + ", step " + i
                            + ", " + world.doing() + ": " + e.getMessage(), e);
                }
            }
        }
        return null;
    }
}
