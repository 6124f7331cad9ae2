package io.mcpsession.auth;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

class ApiTokenTest {

    private static final Instant EXPIRES = Instant.parse("2026-01-01T00:00:00Z");

    private static ApiToken token(String subject, String name, Optional<Instant> expires) {
        return new ApiToken("t1", subject, name, Instant.EPOCH, expires);
    }

    @Test
    void aTokenExpiresAtTheMomentItSays() {
        ApiToken token = token("alice", "", Optional.of(EXPIRES));

        assertThat(token.expiredAt(EXPIRES.minusMillis(1)), is(false));
        assertThat(token.expiredAt(EXPIRES), is(true));
    }

    @Test
    void aTokenWithoutExpiryNeverExpires() {
        assertThat(token("alice", "", Optional.empty()).expiredAt(Instant.MAX), is(false));
    }

    /** Such a subject is no principal, and would be found out only when the token is used. */
    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\uD800"})
    void aTokenOfNobodyIsRefused(String subject) {
        assertThrows(IllegalArgumentException.class, () -> token(subject, "", Optional.empty()));
    }

    @Test
    void aTokenTakesASubjectOf256CharactersAndANameOf128() {
        token("x".repeat(256), "x".repeat(128), Optional.empty());

        assertThrows(IllegalArgumentException.class, () -> token("x".repeat(257), "", Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> token("alice", "x".repeat(129), Optional.empty()));
    }
}
