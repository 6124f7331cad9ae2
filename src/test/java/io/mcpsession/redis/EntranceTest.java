package io.mcpsession.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.client.codec.StringCodec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

@Timeout(20)
class EntranceTest {

    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger together = new AtomicInteger();

    /** Gives the others every chance to come in as well. */
    private CompletionStage<String> command() {
        together.accumulateAndGet(inside.incrementAndGet(), Math::max);
        Thread.yield();
        inside.decrementAndGet();
        return TestRedis.client().<String>getBucket("nobody", StringCodec.INSTANCE).getAsync();
    }

    @Test
    void virtualThreadsAreInRedissonOneAtATimeWhicheverWayTheyCome() throws Exception {
        List<RedisCalls> both = List.of(TestRedis.calls(TestRedis.client()), TestRedis.calls(TestRedis.client()));
        both.forEach(calls -> calls.number(LuaScript.TIME, List.of(), ""));
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> asking = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                RedisCalls calls = both.get(i % 2);
                asking.add(executor.submit(() -> calls.await("get", this::command)));
                asking.add(executor.submit(() -> calls.awaitFor(TestRedis.TIMEOUT, this::command)));
                asking.add(executor.submit(() -> calls.confirmed("get", _ -> command())));
            }
            for (Future<?> each : asking) {
                each.get();
            }
        }

        assertThat(together.get(), is(1));
    }

    @Test
    void aThreadOfTheSystemWaitsForNoVirtualOne() throws Exception {
        var entrance = new Entrance(TestRedis.client());
        var entered = new CountDownLatch(1);
        var mayGo = new CountDownLatch(1);
        Thread within = Thread.ofVirtual().start(() -> entrance.enter(() -> {
            entered.countDown();
            try {
                mayGo.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return CompletableFuture.completedStage("");
        }));
        entered.await();

        var answer = CompletableFuture.supplyAsync(() -> entrance.enter(() -> CompletableFuture.completedStage("served")),
                task -> Thread.ofPlatform().start(task));

        assertThat(answer.get().toCompletableFuture().get(), is("served"));
        mayGo.countDown();
        within.join();
    }
}
