package io.mcpsession.redis;

import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.testing.TcpProxy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.api.RedissonClient;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

@Timeout(20)
class BoundedWaitTest {

    private final BoundedWait waits = new BoundedWait(TestRedis.client());

    @Test
    void whatNeverAnswersIsCancelledWhenItsTimeIsUp() {
        var never = new CompletableFuture<String>();

        assertThrows(TimeoutException.class, () -> waits.until(never, Duration.ofMillis(50).toNanos()));

        assertThat(never.isCancelled(), is(true));
    }

    @Test
    void anAnswerIsHandedOnWheneverItComes() throws Exception {
        var late = new CompletableFuture<String>();
        CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS).execute(() -> late.complete("late"));

        assertThat(waits.until(CompletableFuture.completedFuture("early"), 1), is("early"));
        assertThat(waits.until(late, Duration.ofSeconds(10).toNanos()), is("late"));
    }

    @Test
    void whoWaitsWhenTheClientIsShutDownIsLetGo() throws Exception {
        URI redis = TestRedis.config(Layout.MAP_CACHE).addresses().getFirst();
        try (TcpProxy proxy = new TcpProxy(redis.getPort())) {
            RedisConfig config = TestRedis.config(URI.create("redis://127.0.0.1:" + proxy.port()), Layout.MAP_CACHE);
            RedissonClient client = RedisClient.open(config);
            RedisCalls calls = new RedisCalls(client, config, (_, _, _) -> { });
            calls.number(LuaScript.TIME, List.of(), "");
            proxy.holdAnswers();
            var asked = new CountDownLatch(1);
            var waiting = CompletableFuture.runAsync(() -> {
                asked.countDown();
                calls.number(LuaScript.TIME, List.of(), "");
            }, task -> Thread.ofVirtual().start(task));
            asked.await();

            client.shutdown(0, 1, TimeUnit.SECONDS);

            var failure = assertThrows(ExecutionException.class, waiting::get);
            assertThat(failure.getCause(), is(instanceOf(StoreUnavailableException.class)));
        }
    }
}
