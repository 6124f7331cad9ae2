package io.mcpsession.session;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertThrows;

class PrincipalTest {

    @Test
    void noTwoPrincipalsShareAFingerprintWhereverTheIssuerEnds() {
        var lookalikes = List.of(
                new Principal("a", "b:c"), new Principal("a:b", "c"), new Principal("", "a:b:c"),
                new Principal("a", "bc"), new Principal("ab", "c"), new Principal("", "abc"),
                new Principal("a", "b\0c"), new Principal("a\0b", "c"), new Principal("", "\0"),
                new Principal("\0", "a"), new Principal("A", "b:c"), new Principal("a", "b:c "));

        Set<String> fingerprints = lookalikes.stream().map(Principal::fingerprint).collect(Collectors.toSet());

        assertThat(fingerprints, hasSize(lookalikes.size()));
    }

    @Test
    void aFingerprintIsTheSameForEqualPrincipalsAndFitsIntoAKey() {
        var principal = new Principal("https://issuer.example", "alice");

        assertThat(principal.fingerprint(), is(new Principal("https://issuer.example", "alice").fingerprint()));
        assertThat(principal.fingerprint(), matchesPattern("[A-Za-z0-9_-]{22}"));
    }

    @Test
    void theUserOfAnApiTokenHasNoIssuer() {
        assertThat(Principal.ofSubject("alice"), is(new Principal("", "alice")));
    }

    @Test
    void theTextOfAPrincipalNamesNobody() {
        var principal = new Principal("https://issuer.example", "alice");

        assertThat(principal.toString(), matchesPattern("user#[A-Za-z0-9_-]{8}"));
        assertThat(principal.toString(), not(containsString("alice")));
    }

    @Test
    void anEmptySubjectIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Principal("https://issuer.example", ""));
    }

    @Test
    void anIssuerOrSubjectOfMoreThanTheMostCharactersIsRefused() {
        String longest = "x".repeat(Principal.MAX_LENGTH);

        new Principal(longest, longest);

        assertThrows(IllegalArgumentException.class, () -> new Principal(longest + "x", "alice"));
        assertThrows(IllegalArgumentException.class, () -> new Principal("", longest + "x"));
    }

    /** UTF-8 has no form for half a surrogate pair: all of them would become one and the same question mark. */
    @ParameterizedTest
    @ValueSource(strings = {"\uD800", "a\uDC00b", "\uDC00\uD800"})
    void aNameThatIsNoUnicodeTextIsRefused(String broken) {
        assertThrows(IllegalArgumentException.class, () -> new Principal("", broken));
        assertThrows(IllegalArgumentException.class, () -> new Principal(broken, "alice"));
    }

    @Test
    void aNameOutsideTheBasicPlaneIsAccepted() {
        assertThat(new Principal("", "😀").fingerprint(), is(not(new Principal("", "😁").fingerprint())));
    }
}
