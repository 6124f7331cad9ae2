package io.mcpsession.redis;

import io.mcpsession.redis.GatheredCalls.Answers;
import io.mcpsession.redis.GatheredCalls.Bounds;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.redisson.client.RedisException;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

class GatheredCallsTest {

    private final List<Sent> sent = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final List<Runnable> later = new ArrayList<>();
    private final GatheredCalls lookups = gathered(Answers.THREE_VALUES);

    private GatheredCalls gathered(Answers form) {
        return gathered(form, new Bounds(64, 4, 1));
    }

    private GatheredCalls gathered(Answers form, Bounds bounds) {
        return new GatheredCalls((keys, arguments) -> {
            Sent one = new Sent(keys, List.of(arguments), new CompletableFuture<>());
            sent.add(one);
            return one.answer;
        }, () -> List.of("now"), form, bounds, nanos::get, later::add);
    }

    private record Sent(List<Object> keys, List<Object> arguments, CompletableFuture<List<Object>> answer) {

        /** Answers each lookup with its own key. */
        private void answered() {
            answer.complete(keys.stream().flatMap(key -> List.<Object>of(1L, key, 0L).stream()).toList());
        }
    }

    private CompletableFuture<List<Object>> ask(String key) {
        return lookups.ask(1, List.of(key), List.of("of " + key));
    }

    private static Object answer(CompletableFuture<List<Object>> asked) {
        return asked.join().get(1);
    }

    @Test
    void whoComesAloneIsSentAtOnce() {
        var one = ask("a");

        assertThat(sent, hasSize(1));
        sent.getFirst().answered();
        assertThat(answer(one), is("a"));
    }

    @Test
    void whoComesWhileOneIsUnderWayLeaveTogetherAndEachGetsItsOwnAnswer() {
        ask("a");
        var third = ask("c");
        var fourth = ask("d");
        assertThat(sent, hasSize(1));

        sent.getFirst().answered();

        assertThat(sent, hasSize(2));
        assertThat(sent.getLast().keys, is(List.of("c", "d")));
        assertThat(sent.getLast().arguments, is(List.of("now", "of c", "of d")));
        sent.getLast().answered();
        assertThat(answer(third), is("c"));
        assertThat(answer(fourth), is("d"));
    }

    @Test
    void whatIsAskedForTogetherStaysTogether() {
        ask("a");
        var three = lookups.ask(3, List.of("b", "c", "d"), List.of());
        var last = ask("e");
        sent.getFirst().answered();

        sent.getLast().answered();

        assertThat(three.join(), is(List.of(1L, "b", 0L, 1L, "c", 0L, 1L, "d", 0L)));
        assertThat(answer(last), is("e"));
    }

    @Test
    void noMoreThanMayLeaveTogether() {
        ask("a");
        IntStream.range(0, 100).forEach(i -> ask("c" + i));

        sent.getFirst().answered();

        assertThat(sent.getLast().keys, hasSize(61));
    }

    @Test
    void noMoreThanMayLeaveTogetherHoweverManyEachAsksFor() {
        ask("a");
        IntStream.range(0, 100).forEach(i -> lookups.ask(4, List.of("c" + i, "d" + i, "e" + i, "f" + i), List.of()));

        sent.getFirst().answered();

        assertThat(sent.getLast().keys, hasSize(64));
        assertThrows(IllegalArgumentException.class, () -> lookups.ask(5, List.of(), List.of()));
    }

    @Test
    void severalMayBeUnderWay() {
        GatheredCalls two = gathered(Answers.THREE_VALUES, new Bounds(64, 1, 2));

        List.of("a", "b", "c").forEach(key -> two.ask(1, List.of(key), List.of()));

        assertThat(sent.stream().map(Sent::keys).toList(), is(List.of(List.of("a"), List.of("b"))));
        sent.getFirst().answered();
        assertThat(sent.getLast().keys, is(List.of("c")));
    }

    @Test
    void whatHangsHoldsNobodyUp() {
        ask("a");
        var third = ask("c");
        nanos.addAndGet(21_000_000);

        var fourth = ask("d");

        assertThat(sent.getLast().keys, is(List.of("c", "d")));
        sent.getLast().answered();
        assertThat(answer(third), is("c"));
        assertThat(answer(fourth), is("d"));
    }

    @Test
    void whoComesLastBehindWhatHangsIsSentAllTheSame() {
        ask("a");
        var last = ask("c");
        later.removeFirst().run();
        assertThat(sent, hasSize(1));

        nanos.addAndGet(21_000_000);
        later.removeFirst().run();

        sent.getLast().answered();
        assertThat(answer(last), is("c"));
        assertThat(later, hasSize(0));
    }

    @Test
    void anErrorOfTheClientFailsTheCallAndHoldsUpNoOther() {
        List<Error> errors = new ArrayList<>(List.of(new OutOfMemoryError("direct")));
        GatheredCalls calls = new GatheredCalls((_, _) -> {
            if (!errors.isEmpty()) {
                throw errors.removeFirst();
            }
            return CompletableFuture.completedFuture(List.of(1L, "b", 0L));
        }, List::of, Answers.THREE_VALUES, Bounds.ofSingle(64), nanos::get, later::add);

        assertThrows(ExecutionException.class, () -> calls.ask(1, List.of("a"), List.of()).get());

        assertThat(answer(calls.ask(1, List.of("b"), List.of())), is("b"));
    }

    @Test
    void whoHasGivenUpIsNotSent() {
        ask("a");
        ask("c").cancel(true);
        ask("d");

        sent.getFirst().answered();

        assertThat(sent.getLast().keys, is(List.of("d")));
    }

    @Test
    void aFailureReachesAllWhoWereSentTogetherAndTheNextGoOn() {
        ask("a");
        var third = ask("c");
        var fourth = ask("d");
        sent.getFirst().answered();
        var fifth = ask("e");

        sent.get(1).answer.completeExceptionally(new IllegalStateException("gone"));

        assertThat(assertThrows(ExecutionException.class, third::get).getMessage(), containsString("gone"));
        assertThat(assertThrows(ExecutionException.class, fourth::get).getMessage(), containsString("gone"));
        sent.getLast().answered();
        assertThat(answer(fifth), is("e"));
    }

    @Test
    void oneThatFailedTakesNoOtherWithIt() {
        ask("a");
        var third = ask("c");
        var fourth = ask("d");
        sent.getFirst().answered();

        sent.getLast().answer.complete(List.of(-1L, "WRONGTYPE", 0L, 1L, "d", 0L));

        assertThat(assertThrows(ExecutionException.class, third::get).getCause().getClass(), is(RedisException.class));
        assertThat(answer(fourth), is("d"));
    }

    @Test
    void listsOfAnyLengthFindTheirCallersAndFailuresToo() {
        GatheredCalls calls = gathered(Answers.LISTS);
        calls.ask(1, List.of("a"), List.of());
        var second = calls.ask(1, List.of("b"), List.of());
        var third = calls.ask(1, List.of("c"), List.of());
        var fourth = calls.ask(1, List.of("d"), List.of());
        sent.getFirst().answer.complete(List.of(List.of(1L)));

        sent.getLast().answer.complete(List.of(List.of(2L), List.of(-1L, "WRONGTYPE"), List.of(0L, "d", 4L)));

        assertThat(second.join(), is(List.of(List.of(2L))));
        assertThat(assertThrows(ExecutionException.class, third::get).getCause().getMessage(), is("WRONGTYPE"));
        assertThat(fourth.join(), is(List.of(List.of(0L, "d", 4L))));
    }

    @Test
    void aClientThatRefusesFailsTheCallAndIsAskedAgain() {
        GatheredCalls refused = new GatheredCalls((_, _) -> {
            throw new IllegalStateException("shut down");
        }, List::of, Answers.THREE_VALUES, Bounds.ofSingle(64), nanos::get, later::add);

        IntStream.range(0, 5).forEach(_ -> assertThrows(ExecutionException.class,
                () -> refused.ask(1, List.of("a"), List.of("of a")).get()));
    }
}
