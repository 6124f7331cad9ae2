package io.mcpsession.mcp;

import io.mcpsession.session.Ending;
import io.mcpsession.session.MemorySessionStore;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionCeiling;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionObserver;
import io.mcpsession.session.SessionPolicy;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** State of callers whose protocol has no sessions. */
class HandlesTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = Principal.ofSubject("alice");
    private static final Principal BOB = Principal.ofSubject("bob");
    private static final String VERSION = "2026-07-28";

    private final MutableClock clock = MutableClock.atPresent();
    private final List<SigningKey> keys = List.of(new SigningKey(new byte[16]));
    private final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), clock);
    private final Sessions sessions = new Sessions(new MemorySessionStore(LIMITS, clock), ids, SessionPolicy.COMPAT,
            new SessionCeiling(1000), new SessionObserver() { });
    private final Handles handles = new Handles(sessions);
    private final Session minted = handles.open(ALICE, VERSION);
    private final String handle = minted.id().value();

    private Optional<Session> find(Principal principal) {
        return handles.find(principal, handle);
    }

    @Test
    void aHandleIsGoodForThePrincipalItWasMintedFor() {
        assertThat(minted.owner(), is(ALICE));
        assertThat(minted.protocolVersion(), is(VERSION));
        assertThat(find(ALICE), is(Optional.of(minted)));
    }

    @Test
    void aHandleOfSomebodyElseIsNoHandle() {
        assertThat(find(BOB), is(Optional.empty()));
        assertThat(find(new Principal("https://issuer.example", "alice")), is(Optional.empty()));
    }

    @Test
    void aHandleLastsAsLongAsItIsUsed() {
        for (int i = 0; i < 10; i++) {
            clock.advance(LIMITS.idleTtl().minusSeconds(1));
            assertThat(find(ALICE).isPresent(), is(true));
        }
        clock.advance(LIMITS.idleTtl());

        assertThat(find(ALICE), is(Optional.empty()));
    }

    @Test
    void anEndedHandleIsNoHandle() {
        sessions.end(minted.id(), Ending.revoked("lost"));

        assertThat(find(ALICE), is(Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "mcp-1795356841897-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void aHandleThatThisServerNeverMintedIsNoHandle(String text) {
        assertThat(handles.find(ALICE, text), is(Optional.empty()));
    }

    @Test
    void aStaleHandleOpensNothing() {
        clock.advance(LIMITS.idleTtl());

        find(ALICE);
        find(BOB);

        assertThat(sessions.count(), is(0L));
    }
}
