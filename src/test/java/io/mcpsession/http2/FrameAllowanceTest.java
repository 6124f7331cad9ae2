package io.mcpsession.http2;

import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

class FrameAllowanceTest {

    private static final Frame PING = new Frame(8, Frame.PING, 0, 0);
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);

    private FrameAllowance of(int resets) {
        return new FrameAllowance(resets, PERIOD, nanos::get);
    }

    private static void take(FrameAllowance allowance, int count) {
        for (int i = 0; i < count; i++) {
            allowance.take(PING);
        }
    }

    private static void assertThatItEnds(Runnable tooMuch) {
        assertThat(assertThrows(Http2Exception.class, tooMuch::run).code(), is(Http2ErrorCode.ENHANCE_YOUR_CALM));
    }

    @Test
    void soManyFramesAtOnceAreAllowedAndNoMore() {
        FrameAllowance allowance = of(1);
        take(allowance, FrameAllowance.MOST);
        assertThatItEnds(() -> allowance.take(PING));
    }

    @Test
    void timeAllowsMoreButNeverMoreThanAtFirst() {
        FrameAllowance allowance = of(1);
        take(allowance, FrameAllowance.MOST);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        take(allowance, FrameAllowance.PER_SECOND);
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        take(allowance, FrameAllowance.MOST);
        assertThatItEnds(() -> allowance.take(PING));
    }

    @Test
    void requestsAndAnswersAllowMore() {
        FrameAllowance allowance = of(1);
        take(allowance, FrameAllowance.MOST);
        allowance.asked();
        allowance.answered();
        take(allowance, 2 * FrameAllowance.FOR_TRAFFIC);
        assertThatItEnds(() -> allowance.take(PING));
    }

    @Test
    void requestsGivenUpAreCountedByPeriod() {
        FrameAllowance allowance = of(2);
        for (int i = 0; i < 3; i++) {
            allowance.givenUp();
            allowance.givenUp();
            nanos.addAndGet(PERIOD.toNanos() + 1);
        }
        allowance.givenUp();
        allowance.givenUp();
        assertThatItEnds(allowance::givenUp);
    }

    @Test
    void withoutANumberItIsTenThousand() {
        FrameAllowance allowance = of(-1);
        for (int i = 0; i < 10_000; i++) {
            allowance.givenUp();
        }
        assertThatItEnds(allowance::givenUp);
    }
}
