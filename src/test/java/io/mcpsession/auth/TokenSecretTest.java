package io.mcpsession.auth;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;

class TokenSecretTest {

    private final SecureRandom random = new SecureRandom();

    @Test
    void aMintedSecretIsKnownByItsPrefixAndWellFormed() {
        for (int i = 0; i < 1000; i++) {
            String secret = TokenSecret.mint(random);

            assertThat(secret, matchesPattern("mcps_[0-9A-Za-z]{36}"));
            assertThat(secret, TokenSecret.wellFormed(secret), is(true));
        }
    }

    @Test
    void noTwoSecretsAreTheSame() {
        Set<String> minted = new HashSet<>();

        for (int i = 0; i < 10_000; i++) {
            minted.add(TokenSecret.mint(random));
        }

        assertThat(minted, hasSize(10_000));
    }

    @Test
    void aSecretWithOneCharacterMistypedIsMalformed() {
        String secret = TokenSecret.mint(random);

        for (int i = 0; i < secret.length(); i++) {
            char other = secret.charAt(i) == 'x' ? 'y' : 'x';
            String mistyped = secret.substring(0, i) + other + secret.substring(i + 1);
            assertThat("at " + i, TokenSecret.wellFormed(mistyped), is(false));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mcps_", "mcps_000000000000000000000000000000000000", "Bearer", "😀",
        "mcps_0000000000000000000000000000000000000", "0000000000000000000000000000000000000mcps_"})
    void aTextThatWasNeverMintedIsMalformed(String text) {
        assertThat(TokenSecret.wellFormed(text), is(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"éééééééééééééééééééééééééééééé", "                              ",
        "------------------------------"})
    void aSecretOfOtherCharactersIsMalformedEvenIfItsChecksumFits(String random) {
        String text = TokenSecret.PREFIX + random;

        assertThat(TokenSecret.wellFormed(text + TokenSecret.checksum(text)), is(false));
    }

    @Test
    void aDigestIsTheSha256OfTheSecret() {
        assertThat(TokenSecret.digest("abc"), is("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"));
    }
}
