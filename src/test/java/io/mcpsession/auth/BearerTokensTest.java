package io.mcpsession.auth;

import io.mcpsession.session.Principal;
import io.mcpsession.testing.MutableClock;
import io.mcpsession.testing.TestIssuer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

/** Which verifier a token is shown to: one, and never a second. */
class BearerTokensTest {

    private static final String CONFIGURED = "a.configured.token";

    private final MutableClock clock = MutableClock.atPresent();
    private final TestIssuer issuer = TestIssuer.at(clock);
    private final List<String> looked = new ArrayList<>();
    private final TokenAuthenticator apiTokens = new TokenAuthenticator(
            Map.of(TokenSecret.digest(CONFIGURED), new ApiToken("c", "carol", "", Instant.EPOCH, Optional.empty())),
            new NoTokens(looked), clock);
    private final AuthConfig config = new AuthConfig(TestIssuer.RESOURCE, List.of(), false, Duration.ZERO,
            List.of("RS256"), List.of(new AuthConfig.Issuer(issuer.name(), Optional.of(issuer.keys()))),
            Optional.of(new AuthConfig.Opaque(issuer.introspection(), issuer.name(), "id", "secret",
                    Duration.ofSeconds(60))));
    private final BearerTokens tokens = tokens(false);

    private BearerTokens tokens(boolean anonymous) {
        return new BearerTokens(apiTokens, Optional.of(new JwtVerifier(config, clock, Runnable::run)),
                Optional.of(new Introspection(config, clock)), anonymous);
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    private static AuthResult show(BearerTokens to, String token) {
        return to.authenticate(Optional.of("Bearer " + token));
    }

    @Test
    void anApiTokenIsLookedUpAndNothingElse() {
        String token = TokenSecret.mint(new SecureRandom());

        assertThat(show(tokens, token), instanceOf(AuthResult.Rejected.class));

        assertThat(looked, is(List.of(TokenSecret.digest(token))));
        assertThat(issuer.introspections(), is(0));
    }

    @Test
    void anApiTokenWithATypingErrorIsShownToNobody() {
        assertThat(show(tokens, "mcps_000000000000000000000000000000000000"), instanceOf(AuthResult.Rejected.class));

        assertThat(looked, is(empty()));
        assertThat(issuer.introspections(), is(0));
    }

    @Test
    void aJwtIsVerifiedAndIfItIsBadNobodyElseIsAsked() {
        assertThat(show(tokens, issuer.token("alice")), instanceOf(AuthResult.Accepted.class));
        assertThat(show(tokens, issuer.token("alice") + "AAAA"), instanceOf(AuthResult.Rejected.class));

        assertThat(looked, is(empty()));
        assertThat(issuer.introspections(), is(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"opaque", "a.b", "a.b.c.d", "a..c", "a.b/.c"})
    void anyOtherTokenIsAskedAbout(String token) {
        assertThat(show(tokens, token), instanceOf(AuthResult.Rejected.class));

        assertThat(issuer.introspections(), is(1));
        assertThat(issuer.keyFetches(), is(0));
    }

    @Test
    void aTokenOfTheConfigurationMayLookLikeAnyOther() {
        assertThat(show(tokens, CONFIGURED), is(new AuthResult.Accepted(Principal.ofSubject("carol"))));

        assertThat(issuer.keyFetches(), is(0));
    }

    @Test
    void withoutIssuersEveryTokenIsAnApiToken() {
        BearerTokens alone = new BearerTokens(apiTokens, Optional.empty(), Optional.empty(), false);

        assertThat(show(alone, issuer.token("alice")), is(new AuthResult.Rejected("unknown token")));
        assertThat(show(alone, "opaque"), is(new AuthResult.Rejected("unknown token")));
        assertThat(looked, is(empty()));
    }

    @Test
    void aRequestWithoutATokenIsServedOnlyWhereThatIsAllowed() {
        assertThat(tokens.authenticate(Optional.empty()), is(new AuthResult.Missing()));

        AuthResult.Accepted anybody = (AuthResult.Accepted) tokens(true).authenticate(Optional.empty());
        assertThat(anybody.anonymous(), is(true));
        assertThat(anybody.scopes(), is(Scopes.NONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Basic YWxpY2U6c2VjcmV0", "Bearer opaque"})
    void aBadTokenIsNotServedAnonymously(String header) {
        assertThat(tokens(true).authenticate(Optional.of(header)), instanceOf(AuthResult.Rejected.class));
    }

    private record NoTokens(List<String> looked) implements TokenStore {

        @Override
        public Optional<ApiToken> find(String digest) {
            looked.add(digest);
            return Optional.empty();
        }

        @Override
        public void add(String digest, ApiToken token) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<ApiToken> list() {
            return List.of();
        }

        @Override
        public boolean revoke(String id) {
            return false;
        }

        @Override
        public boolean rotate(String id, String digest, Instant oldUntil) {
            return false;
        }

        @Override
        public void used(String id, Instant at) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, Instant> lastUses() {
            return Map.of();
        }
    }
}
