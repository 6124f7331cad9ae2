package io.mcpsession.session;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

class SessionIdTest {

    private static final String RANDOM = "Kabcdefghijklmnopqrstuv_";
    private static final String TAG = "ABCDEFGHIJ01234-";
    private static final String VALUE = "mcp-1767225600123-" + RANDOM + TAG;

    @Test
    void anIdOfTheExactShapeIsParsed() {
        Optional<SessionId> id = SessionId.parse(VALUE);

        assertThat(id, is(Optional.of(new SessionId(VALUE))));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "mcp-",
        "1767225600123-" + RANDOM + TAG,
        "MCP-1767225600123-" + RANDOM + TAG,
        "mcp-176722560012-" + RANDOM + TAG,
        "mcp-17672256001234-" + RANDOM + TAG,
        "mcp--767225600123-" + RANDOM + TAG,
        "mcp-١٧٦٧٢٢٥٦٠٠١٢٣-" + RANDOM + TAG,
        "mcp-1767225600123_" + RANDOM + TAG,
        "mcp-1767225600123-" + RANDOM + "ABCDEFGHIJ01234",
        "mcp-1767225600123-" + RANDOM + TAG + "A",
        "mcp-1767225600123-" + RANDOM + "ABCDEFGHIJ01234+",
        "mcp-1767225600123-" + RANDOM + "ABCDEFGHIJ01234/",
        "mcp-1767225600123-" + RANDOM + "ABCDEFGHIJ01234=",
        "mcp-1767225600123-" + RANDOM + "ABCDEFGHIJ01234é",
        "mcp-1767225600123-" + RANDOM + "ABCDEFGHIJ0123\r\n",
        "mcp-1767225600123-" + RANDOM + TAG + "\n",
        " mcp-1767225600123-" + RANDOM + TAG,
        "mcp-1767225600123-*" + "abcdefghijklmnopqrstuv_" + TAG,
        "00000000-0000-0000-0000-000000000000"
    })
    void aTextOfAnyOtherShapeIsNoId(String text) {
        assertThat(SessionId.parse(text), is(Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "mcp-1700000000000-abc123xyz",
        "mcp-1700000000000-abcdef",
        "mcp-0000000000001-ABC_-9",
        "mcp-1767225600123-" + RANDOM + TAG
    })
    void anIdOfTheOriginalSystemIsAnIdWhereThatSystemIsKnown(String text) {
        assertThat(SessionId.parseAny(text), is(Optional.of(new SessionId(text))));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "mcp-1700000000000-",
        "mcp-1700000000000-abc12",
        "mcp-170000000000-abc123xyz",
        "mcp-17000000000000-abc123xyz",
        "mcp-1700000000000-abc123xy*",
        "mcp-1700000000000-abc123xyz\n",
        "MCP-1700000000000-abc123xyz",
        "mcp-1767225600123-" + RANDOM + TAG + "aaaaaaaaaaaaaaaaaaaaaaaaa",
        "00000000-0000-0000-0000-000000000000"
    })
    void aTextOfYetAnotherShapeIsNoIdAnywhere(String text) {
        assertThat(SessionId.parseAny(text), is(Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> new SessionId(text));
    }

    @Test
    void anIdOfTheOriginalSystemIsKnownByItsLength() {
        assertThat(new SessionId("mcp-1700000000000-abc123xyz").isOriginal(), is(true));
        assertThat(new SessionId(VALUE).isOriginal(), is(false));
        assertThat(new SessionId("mcp-1700000000000-abc123xyz").createdMillis(), is(1700000000000L));
    }

    @Test
    void theRefusalOfATextDoesNotRepeatIt() {
        var refusal = assertThrows(IllegalArgumentException.class, () -> new SessionId(VALUE + "!"));

        assertThat(refusal.getMessage(), not(containsString(TAG)));
    }

    @Test
    void anIdTellsWhenItWasMintedAndWhereItLives() {
        var id = new SessionId(VALUE);

        assertThat(id.createdMillis(), is(1767225600123L));
        assertThat(id.bucket(), is('K'));
    }

    @Test
    void theTagSignsEverythingBeforeIt() {
        var id = new SessionId(VALUE);

        assertThat(id.signed() + id.tag(), is(VALUE));
        assertThat(id.tag(), is(TAG));
    }

    @Test
    void theTextOfAnIdIsAShortHashAndNeverTheIdItself() {
        var id = new SessionId(VALUE);

        assertThat(id.toString(), matchesPattern("session#[0-9a-f]{12}"));
        assertThat(id.toString(), is("session#" + SessionId.hash(VALUE)));
    }

    @Test
    void idsThatDifferInOneCharacterHaveDifferentHashes() {
        var other = new SessionId(VALUE.replace('K', 'L'));

        assertThat(new SessionId(VALUE).hash(), is(not(other.hash())));
    }
}
