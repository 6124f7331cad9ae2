package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

class SessionRecordTest {

    private static final SessionId ID = new SessionId("mcp-1767225600123-Kabcdefghijklmnopqrstuv_ABCDEFGHIJ01234-");
    private static final Instant EXPIRES = Instant.parse("2026-01-01T00:10:00Z");
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Session SESSION = Session.opened(ID, ALICE, EXPIRES, new Opening("2025-11-25",
            new ClientInfo("a \"name\"", "é\n\u0000", "{\"x\":[1.50,{\"y\":null}]}"), Map.of("k", "v \\ \u2028 😀")));

    @Test
    void aRecordReadsBackAsItWasWritten() {
        assertThat(SessionRecord.read(SessionRecord.write(SESSION), EXPIRES), is(SESSION));
    }

    @Test
    void aRecordBeginsWithItsOwnerEvenIfItCarriesUnknownMembers() {
        var carrying = new Session(ID, ALICE, SESSION.created(), EXPIRES, "2025-11-25", ClientInfo.UNKNOWN, Map.of(),
                7, "{\"aaa\":1}");

        String text = SessionRecord.write(carrying);

        assertThat(text, startsWith(SessionRecord.beginning(ALICE.fingerprint())));
        assertThat(SessionRecord.read(text, EXPIRES), is(carrying));
    }

    @Test
    void ownersWhoseFingerprintsDifferHaveRecordsThatBeginDifferently() {
        String text = SessionRecord.write(SESSION);

        assertThat(text.startsWith(SessionRecord.beginning(Principal.ofSubject("alice").fingerprint())), is(false));
    }

    @Test
    void unknownMembersAreCarriedEvenIfALaterVersionHasDroppedAKnownOne() {
        String later = SessionRecord.write(SESSION).replace("\"v\":1,", "").replaceFirst("}$", ",\"later\":2}");

        Session read = SessionRecord.read(later, EXPIRES);

        assertThat(read.carried(), is("{\"later\":2}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "1e-999999999", "9999999999999999999999", "\"\\ud800\"", "[[[[[]]]]]"})
    @Timeout(10)
    void aTimeThatIsNoneIsRefusedAtOnce(String time) {
        String text = SessionRecord.write(SESSION).replaceFirst("\"created\":\\d+", Matcher.quoteReplacement(
                "\"created\":" + time));

        assertThat(text, containsString(time));
        assertThrows(IllegalStateException.class, () -> SessionRecord.read(text, EXPIRES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"\":0},", "[],", "\"\","})
    void aTextOfAMillionValuesIsRefused(String unit) {
        String text = "{\"x\":[" + unit.repeat(1_000_000) + "0]}";

        assertThat(assertThrows(IllegalStateException.class, () -> SessionRecord.read(text, EXPIRES)).getCause().getMessage(),
                is("holds more than 100000 JSON values"));
        assertThat(assertThrows(IllegalStateException.class, () -> SessionFields.read("[" + text + "]", EXPIRES)).getCause()
                .getMessage(), is("holds more than 100000 JSON values"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{}", "{\"user\":\"x\"}", "nonsense"})
    void aTextThatIsNoRecordIsRefused(String text) {
        assertThrows(IllegalStateException.class, () -> SessionRecord.read(text, EXPIRES));
    }
}
