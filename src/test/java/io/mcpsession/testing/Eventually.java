package io.mcpsession.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.hamcrest.Matcher;
import org.hamcrest.StringDescription;

/** Waits for what happens on another thread, process or machine. */
public final class Eventually {

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private Eventually() {
    }

    /** Asks again and again until the answer matches; fails with the last answer after 10 s. */
    public static <T> T eventually(Callable<T> question, Matcher<? super T> matcher) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            T answer = ask(question);
            if (matcher.matches(answer)) {
                return answer;
            }
            if (System.nanoTime() > end) {
                var text = new StringDescription().appendText("within " + DEADLINE + " expected ")
                        .appendDescriptionOf(matcher).appendText(" but at last ");
                matcher.describeMismatch(answer, text);
                throw new AssertionError(text.toString());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private static <T> T ask(Callable<T> question) {
        try {
            return question.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
