package io.mcpsession.session;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

class SharedQuestionsTest {

    private static final int CALLERS = 5;

    private final SharedQuestions<String, String> questions = new SharedQuestions<>();
    private final CountDownLatch answered = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();

    private String held(Supplier<String> answer) {
        asked.incrementAndGet();
        try {
            answered.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return answer.get();
    }

    /** What each caller gets, once all of them wait. */
    private List<Object> together(Supplier<String> answer) {
        List<CompletableFuture<Object>> got = IntStream.range(0, CALLERS)
                .mapToObj(_ -> new CompletableFuture<>()).toList();
        List<Thread> callers = got.stream().map(one -> Thread.ofPlatform().daemon().start(() -> {
            try {
                one.complete(questions.ask("what", () -> held(answer)));
            } catch (RuntimeException e) {
                one.complete(e);
            }
        })).toList();
        eventually(() -> callers.stream().allMatch(caller -> caller.getState() == Thread.State.TIMED_WAITING
                || caller.getState() == Thread.State.WAITING), is(true));
        answered.countDown();
        return got.stream().map(CompletableFuture::join).toList();
    }

    @Test
    void allWhoAskAtTheSameMomentGetOneAnswer() {
        assertThat(together(() -> "seven"), everyItem(is("seven")));
        assertThat(asked.get(), is(1));
    }

    @Test
    void allWhoAskAtTheSameMomentHearOfOneFailure() {
        var failure = new StoreUnavailableException("no answer", null);

        assertThat(together(() -> {
            throw failure;
        }), everyItem(sameInstance(failure)));
        assertThat(asked.get(), is(1));
    }

    @Test
    void afterAnAnswerOrAFailureTheNextAsksAnew() {
        assertThrows(IllegalStateException.class, () -> questions.ask("what", () -> {
            throw new IllegalStateException();
        }));

        assertThat(questions.ask("what", () -> "seven"), is("seven"));
        assertThat(questions.ask("what", () -> "eight"), is("eight"));
    }

    @Test
    void differentQuestionsDoNotWaitForEachOther() {
        Thread.startVirtualThread(() -> questions.ask("what", () -> held(() -> "seven")));
        eventually(asked::get, is(1));

        assertThat(questions.ask("else", () -> "eight"), is("eight"));

        answered.countDown();
    }

    @Test
    void whoHasLittleTimeLeftGivesUpAndTheOthersStillGetTheAnswer() {
        StoreAllowance.grant(Duration.ofMillis(20), () -> assertThrows(StoreUnavailableException.class,
                () -> questions.ask("what", () -> held(() -> "seven"))));

        assertThat(together(() -> "not asked"), everyItem(is("seven")));
        assertThat(asked.get(), is(1));
    }
}
