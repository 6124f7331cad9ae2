package io.mcpsession.session;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

class SessionTest {

    private static final SessionId ID = new SessionId("mcp-1767225600123-Kabcdefghijklmnopqrstuv_ABCDEFGHIJ01234-");
    private static final Principal ALICE = Principal.ofSubject("alice");

    @Test
    void aSessionWasCreatedWhenItsIdWasMinted() {
        Session session = Session.opened(ID, ALICE, Instant.EPOCH, new Opening("2025-11-25", ClientInfo.UNKNOWN));

        assertThat(session.created(), is(Instant.ofEpochMilli(1767225600123L)));
    }

    @Test
    void aSessionIsNotChangedThroughTheMapItWasMadeOf() {
        Map<String, String> attributes = new HashMap<>(Map.of("logLevel", "debug"));
        var opening = new Opening("2025-11-25", ClientInfo.UNKNOWN, attributes);

        attributes.clear();

        assertThat(opening.attributes(), is(Map.of("logLevel", "debug")));
    }

    /** Attributes may hold the session ids of servers behind this one, which open those sessions to any reader. */
    @Test
    void theTextOfASessionHoldsNeitherItsIdNorItsUserNorItsAttributes() {
        var opening = new Opening("2025-11-25", ClientInfo.UNKNOWN, Map.of("upstream", "s3cret"));

        String text = Session.opened(ID, ALICE, Instant.EPOCH, opening).toString();

        assertThat(text, containsString(ID.toString()));
        assertThat(text, not(containsString(ID.value())));
        assertThat(text, not(containsString("alice")));
        assertThat(text, not(containsString("s3cret")));
        assertThat(opening.toString(), not(containsString("s3cret")));
    }

    @Test
    void aSessionNeedsAnIdleTtlAndALifetimeThatIsNoShorter() {
        Duration minute = Duration.ofMinutes(1);

        new SessionLimits(minute, minute);

        assertThrows(IllegalArgumentException.class, () -> new SessionLimits(Duration.ZERO, minute));
        assertThrows(IllegalArgumentException.class, () -> new SessionLimits(Duration.ofNanos(1), minute));
        assertThrows(IllegalArgumentException.class, () -> new SessionLimits(minute, minute.minusMillis(1)));
    }

    @Test
    void aReasonLongerThanTheMostIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Ending.revoked("x".repeat(Ending.MAX_REASON + 1)));
    }
}
