package io.mcpsession.redis;

import io.mcpsession.session.StoreAllowance;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.redisson.client.RedisTimeoutException;
import org.redisson.misc.CompletableFutureWrapper;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

class RedisCallsTest {

    private final List<String> heard = new ArrayList<>();
    private final RedisCalls calls = new RedisCalls(TestRedis.client(), TestRedis.config(Duration.ofMillis(500)),
            (command, nanos, fault) -> heard.add(command + " " + (nanos > 0) + " "
                    + fault.map(RedisFault::label).orElse("answered")));

    /** Before the first answer the call itself is made on another thread. */
    private void connected() {
        calls.await("name", () -> new CompletableFutureWrapper<>(7L));
        heard.clear();
    }

    @Test
    void anAnswerIsHeardOf() {
        long answer = calls.await("name", () -> new CompletableFutureWrapper<>(7L));

        assertThat(answer, is(7L));
        assertThat(heard, is(List.of("name true answered")));
    }

    @Test
    void aCallThatIsNotAnsweredInTimeIsGivenUp() {
        var never = new CompletableFuture<Long>();

        var failure = assertThrows(StoreUnavailableException.class,
                () -> calls.await("name", () -> new CompletableFutureWrapper<>(never)));

        assertThat(failure.getMessage(), containsString("PT0.5S"));
        eventually(never::isCancelled, is(true));
        assertThat(heard, is(List.of("name true unreachable")));
    }

    @Test
    void aFailedCallIsHeardOf() {
        var failed = CompletableFuture.<Long>failedFuture(new IllegalStateException("broken"));

        var failure = assertThrows(StoreUnavailableException.class,
                () -> calls.await("name", () -> new CompletableFutureWrapper<>(failed)));

        assertThat(failure.getMessage(), containsString("broken"));
        assertThat(heard, is(List.of("name true other")));
    }

    @Test
    void aCallThatCannotEvenBeMadeIsHeardOf() {
        assertThrows(StoreUnavailableException.class, () -> calls.await("name", () -> {
            throw new IllegalStateException("shut down");
        }));

        assertThat(heard, is(List.of("name true other")));
    }

    @Test
    void anInterruptedCallerStaysInterruptedAndItsCallIsGivenUp() {
        connected();
        var never = new CompletableFuture<Long>();
        Thread.currentThread().interrupt();

        assertThrows(StoreUnavailableException.class,
                () -> calls.await("name", () -> new CompletableFutureWrapper<>(never)));

        assertThat(Thread.interrupted(), is(true));
        eventually(never::isCancelled, is(true));
    }

    @Test
    void whoDoesNotAnswerIsNotAskedForAWhileAndAtOnceAgainWhenItAnswers() {
        for (int i = 0; i < 5; i++) {
            assertThrows(StoreUnavailableException.class, () -> calls.await("name",
                    () -> CompletableFuture.failedFuture(new RedisTimeoutException("response timeout"))));
        }
        heard.clear();

        assertThrows(StoreUnavailableException.class, () -> calls.await("name", () -> {
            throw new AssertionError("asked all the same");
        }));
        assertThat(heard, is(List.of("name false not-asked")));
        assertThat(calls.openCircuits(), is(1));

        eventually(() -> {
            try {
                return calls.await("name", () -> new CompletableFutureWrapper<>(7L));
            } catch (StoreUnavailableException e) {
                return e.getMessage();
            }
        }, is((Object) 7L));
        assertThat(calls.openCircuits(), is(0));
    }

    @Test
    void aFailureOfWhatNobodyWaitsForTellsNothingOfWhatWasSent() {
        String key = TestRedis.config().keyPrefix() + ":bus";

        var sent = calls.send(LuaScript.BUS_PUBLISH, List.of(key), "", 10, "no number", "s3cret").toCompletableFuture();

        var failure = assertThrows(ExecutionException.class, sent::get);
        assertThat(failure.getCause(), instanceOf(StoreUnavailableException.class));
        assertThat(failure.getMessage(), containsString("not an integer"));
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(String.valueOf(cause.getMessage()), not(containsString(key)));
        }
    }

    @Test
    void theCallsOfARequestHaveOneBoundTogether() {
        connected();
        var never = new CompletableFuture<Long>();

        StoreAllowance.grant(Duration.ofMillis(200), () -> {
            var failure = assertThrows(StoreUnavailableException.class,
                    () -> calls.await("name", () -> new CompletableFutureWrapper<>(never)));
            assertThat(failure.getMessage(), containsString("PT0.2S"));
            assertThrows(StoreUnavailableException.class, () -> calls.await("name", () -> {
                throw new AssertionError("asked all the same");
            }));
        });

        assertThat(heard, is(List.of("name true unreachable", "name false not-asked")));
    }

    @Test
    void whatARequestHasLeftIsNoLongerThanOneCallMayTake() {
        StoreAllowance.grant(Duration.ofSeconds(60), () -> {
            var failure = assertThrows(StoreUnavailableException.class,
                    () -> calls.await("name", () -> new CompletableFutureWrapper<>(new CompletableFuture<Long>())));
            assertThat(failure.getMessage(), containsString("PT0.5S"));
        });
    }

    @Test
    void requestsThatCouldWaitForAMomentOnlySayNothingOfRedis() {
        connected();
        long before = calls.lastOutage(RedisCalls.NO_KEY);
        for (int i = 0; i < 10; i++) {
            StoreAllowance.grant(Duration.ofMillis(5), () -> assertThrows(StoreUnavailableException.class,
                    () -> calls.await("name", () -> new CompletableFutureWrapper<>(new CompletableFuture<Long>()))));
        }

        assertThat(calls.openCircuits(), is(0));
        assertThat(calls.lastOutage(RedisCalls.NO_KEY), is(before));
        assertThat(calls.await("name", () -> new CompletableFutureWrapper<>(7L)), is(7L));
    }
}
