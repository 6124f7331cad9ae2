package io.mcpsession.grpc;

import io.grpc.Deadline;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

class CallDeadlineTest {

    @ParameterizedTest
    @CsvSource({
            "2H, PT1H59M59.995S",
            "3M, PT2M59.995S",
            "90S, PT1M29.995S",
            "60000m, PT59.995S",
            "20000000u, PT19.995S",
            "99999999n, PT0.094999999S",
    })
    void answersStopFiveMillisecondsBeforeTheClientDoes(String timeout, Duration left) {
        Deadline lastMoment = CallDeadline.lastMoment(headers(timeout)).orElseThrow();

        assertThat(lastMoment.timeRemaining(TimeUnit.NANOSECONDS),
                is(allOf(lessThanOrEqualTo(left.toNanos()), greaterThan(left.toNanos() - 60_000_000))));
    }

    @Test
    void anImpatientClientIsAnsweredForNineTenthsOfItsPatience() {
        Deadline lastMoment = CallDeadline.lastMoment(headers("40m")).orElseThrow();

        assertThat(lastMoment.timeRemaining(TimeUnit.NANOSECONDS),
                is(lessThanOrEqualTo(Duration.ofMillis(36).toNanos())));
    }

    @Test
    void aClientThatSetsNoDeadlineIsAlwaysAnswered() {
        assertThat(CallDeadline.lastMoment(new Metadata()), is(Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "S", "1.5S", "-1S", "10x", "123456789S", " 1S"})
    void aTimeoutOfAnotherFormIsIgnored(String timeout) {
        assertThat(CallDeadline.lastMoment(headers(timeout)), is(Optional.empty()));
    }

    private static Metadata headers(String timeout) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), timeout);
        return headers;
    }
}
