package io.mcpsession.redis;

import io.mcpsession.redis.SessionLogs.Entry;
import io.mcpsession.relay.Position;
import io.mcpsession.relay.SessionEvent;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SigningKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** What lies there for a reader who is slower than what happens. */
class LogReaderTest {

    private static final SessionId SESSION = new SessionIds(() -> List.of(new SigningKey(new byte[16])),
            new SecureRandom(), InstantSource.system()).mint(Principal.ofSubject("alice"));

    /** How many events are taken for it before there is no room. */
    private static long taken(String subject) {
        LogReader reader = new LogReader(null, List.of(Position.parse("0-0")));
        return IntStream.range(1, 5_000).takeWhile(number -> reader.offer(new Entry(0, Position.parse(number + "-0"),
                Optional.of(new SessionEvent(SessionEvent.Kind.CREATED, SESSION, Principal.ofSubject(subject),
                        Instant.EPOCH, Optional.empty(), ""))))).count();
    }

    @Test
    void isBoundedInNumberAndInCharacters() {
        assertThat(taken("alice"), is(1_000L));
        assertThat(taken("a".repeat(8_000)), allOf(greaterThan(10L), lessThan(20L)));
    }
}
