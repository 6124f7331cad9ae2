package io.mcpsession.ops;

import io.mcpsession.session.Ending;
import io.mcpsession.session.Principal;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.MutableClock;
import java.time.Duration;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** How a line of the audit trail looks; which events there are is tested where they happen. */
class AuditLogTest {

    private static final Principal ALICE = Principal.ofSubject("alice");

    private final MutableClock clock = MutableClock.atPresent();
    private final LogCapture log = new LogCapture(AuditLog.NAME, Level.INFO);
    private String trace = "";
    private final AuditLog audit = new AuditLog("pod 7", clock, () -> trace);

    @AfterEach
    void stop() {
        log.close();
    }

    @Test
    void aLineIsAnEventAndItsPairs() {
        audit.ended(ALICE, 3, Ending.revoked("left the company"));

        assertThat(log.at(Level.INFO).getFirst(), is("event=session.revoke user=" + ALICE
                + " count=3 reason=\"left the company\" replica=pod_7"));
    }

    @Test
    void aLineNamesTheTraceThatItsRequestBelongsTo() {
        trace = "0af7651916cd43dd8448eb211c80319c";

        audit.ended(ALICE, 3, Ending.revoked("left"));

        assertThat(log.at(Level.INFO).getFirst(), endsWith(" replica=pod_7 trace=0af7651916cd43dd8448eb211c80319c"));
    }

    @Test
    void whateverAReasonHoldsItStaysOneValueOfOneLine() {
        audit.ended(ALICE, 1, Ending.revoked("x\"\r\nevent=auth.deny \u2028\u0007"));

        assertThat(log.at(Level.INFO).getFirst(), is("event=session.revoke user=" + ALICE
                + " count=1 reason=\"x___event=auth.deny __\" replica=pod_7"));
    }

    @Test
    void aFloodOfDenialsIsCountedAndNotWrittenOut() {
        for (int i = 0; i < 10_000; i++) {
            audit.denied(Optional.empty(), "unknown token", "10.0.0.1");
        }
        assertThat(log.at(Level.WARNING).size(), is(50));

        clock.advance(Duration.ofSeconds(1));
        audit.denied(Optional.of(ALICE), "unknown token", "fe80::1%eth0");

        assertThat(log.at(Level.WARNING).size(), is(51));
        assertThat(log.at(Level.WARNING).getLast(), is("event=auth.deny user=" + ALICE
                + " address=fe80::1%eth0 reason=\"unknown token\" unlogged_before=9950 replica=pod_7"));
        audit.denied(Optional.empty(), "no token", "10.0.0.1");
        assertThat(log.at(Level.WARNING).getLast(), not(containsString("unlogged_before")));
    }

    @Test
    void aTokenIsNamedByItsPublicName() {
        audit.tokenChanged("rotate", "0a1b2c3d\n");

        assertThat(log.at(Level.INFO).getFirst(), endsWith("event=token.rotate token=0a1b2c3d_ reason=command"
                + " replica=pod_7"));
    }
}
