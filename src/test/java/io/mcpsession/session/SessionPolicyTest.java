package io.mcpsession.session;

import io.mcpsession.session.SessionPolicy.Decision;
import io.mcpsession.session.SessionPolicy.OnExpired;
import io.mcpsession.session.SessionPolicy.OnMismatch;
import io.mcpsession.session.SessionPolicy.OnMissing;
import io.mcpsession.session.SessionPolicy.Situation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** The decision table, row by row. */
class SessionPolicyTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # situation | compat    | strict    | robust
            MISSING     | RENEW     | REJECT    | SERVE
            EXPIRED     | RENEW     | NOT_FOUND | REVIVE
            UNKNOWN     | RENEW     | NOT_FOUND | NOT_FOUND
            FOREIGN     | RENEW     | NOT_FOUND | NOT_FOUND
            ENDED       | NOT_FOUND | NOT_FOUND | NOT_FOUND
            """)
    void eachPresetDecidesAsItsColumnSays(Situation situation, Decision compat, Decision strict, Decision robust) {
        assertThat(SessionPolicy.COMPAT.decide(situation), is(compat));
        assertThat(SessionPolicy.STRICT.decide(situation), is(strict));
        assertThat(SessionPolicy.ROBUST.decide(situation), is(robust));
    }

    @ParameterizedTest
    @CsvSource({"RENEW,RENEW,RENEW", "NOT_FOUND,NOT_FOUND,NOT_FOUND", "REVIVE,REVIVE,NOT_FOUND"})
    void onExpiredDecidesAboutDeadAndUnknownIdsAndNothingElse(OnExpired rule, Decision expired, Decision unknown) {
        var policy = new SessionPolicy(rule, OnMismatch.NOT_FOUND, OnMissing.REJECT);

        assertThat(policy.decide(Situation.EXPIRED), is(expired));
        assertThat(policy.decide(Situation.UNKNOWN), is(unknown));
        assertThat(policy.decide(Situation.FOREIGN), is(Decision.NOT_FOUND));
        assertThat(policy.decide(Situation.MISSING), is(Decision.REJECT));
    }

    @ParameterizedTest
    @CsvSource({"RENEW,RENEW", "NOT_FOUND,NOT_FOUND"})
    void onMismatchDecidesAboutForeignIdsAndNothingElse(OnMismatch rule, Decision foreign) {
        var policy = new SessionPolicy(OnExpired.REVIVE, rule, OnMissing.SERVE);

        assertThat(policy.decide(Situation.FOREIGN), is(foreign));
        assertThat(policy.decide(Situation.EXPIRED), is(Decision.REVIVE));
        assertThat(policy.decide(Situation.UNKNOWN), is(Decision.NOT_FOUND));
        assertThat(policy.decide(Situation.MISSING), is(Decision.SERVE));
    }

    @ParameterizedTest
    @CsvSource({"RENEW,RENEW", "REJECT,REJECT", "SERVE,SERVE"})
    void onMissingDecidesAboutCallsWithoutAnIdAndNothingElse(OnMissing rule, Decision missing) {
        var policy = new SessionPolicy(OnExpired.NOT_FOUND, OnMismatch.NOT_FOUND, rule);

        assertThat(policy.decide(Situation.MISSING), is(missing));
        assertThat(policy.decide(Situation.EXPIRED), is(Decision.NOT_FOUND));
        assertThat(policy.decide(Situation.UNKNOWN), is(Decision.NOT_FOUND));
        assertThat(policy.decide(Situation.FOREIGN), is(Decision.NOT_FOUND));
    }

    @Test
    void whatWasEndedStaysEndedUnderEveryRuleThereIs() {
        for (OnExpired expired : OnExpired.values()) {
            for (OnMismatch mismatch : OnMismatch.values()) {
                for (OnMissing missing : OnMissing.values()) {
                    assertThat(new SessionPolicy(expired, mismatch, missing).decide(Situation.ENDED),
                            is(Decision.NOT_FOUND));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void noRuleRevivesWhatIsNotProvenToBeTheCallers(OnExpired rule) {
        var policy = new SessionPolicy(rule, OnMismatch.RENEW, OnMissing.RENEW);

        for (Situation situation : new Situation[] {Situation.UNKNOWN, Situation.FOREIGN, Situation.MISSING}) {
            assertThat(policy.decide(situation) == Decision.REVIVE, is(false));
        }
    }
}
