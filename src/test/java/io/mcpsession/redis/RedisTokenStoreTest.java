package io.mcpsession.redis;

import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.Scopes;
import io.mcpsession.auth.TokenSecret;
import io.mcpsession.auth.TokenStore;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

class RedisTokenStoreTest {

    private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00.123Z");

    private final RedisConfig config = TestRedis.config();
    private final TokenStore tokens = new RedisTokenStore(TestRedis.client(), TestRedis.calls(TestRedis.client()),
            config);

    /** Who knows nothing of what was revoked before. */
    private TokenStore fresh() {
        return new RedisTokenStore(TestRedis.client(), TestRedis.calls(TestRedis.client()), config);
    }

    /** As a Redis that starts from a copy made before {@code since}. */
    private void restored(Runnable since) {
        String key = RevokedTokens.tokens(config);
        List<String> copy = TestRedis.raw().texts("HGETALL", key);
        since.run();
        TestRedis.raw().call("DEL", key, config.keyPrefix() + ":revoked:{" + key + "}");
        for (int i = 0; i < copy.size(); i += 2) {
            TestRedis.raw().call("HSET", key, copy.get(i), copy.get(i + 1));
        }
    }

    @Test
    void aRevocationOutlivesAnOlderCopyOfTheDataThoughWhoRevokedIsGone() {
        RevokedTokens replica = new RevokedTokens(TestRedis.calls(TestRedis.client()), config);
        TokenStore serving = new RedisTokenStore(TestRedis.client(), TestRedis.calls(TestRedis.client()), config, replica);
        tokens.add("stolen", token("t1", CREATED));
        tokens.add("kept", token("t2", CREATED));

        restored(() -> {
            tokens.revoke("t1");
            replica.follow();
        });

        assertThat("restored", fresh().find("stolen").isPresent(), is(true));
        assertThat(serving.find("stolen"), is(Optional.empty()));
        replica.follow();
        assertThat(fresh().find("stolen"), is(Optional.empty()));
        assertThat(fresh().find("kept").isPresent(), is(true));
        replica.close();
    }

    @Test
    void anOldSecretStaysOverAfterARotationThatRedisHasForgotten() {
        RevokedTokens replica = new RevokedTokens(TestRedis.calls(TestRedis.client()), config);
        tokens.add("old", token("t1", CREATED));
        tokens.add("in grace", token("t2", CREATED));

        restored(() -> {
            tokens.rotate("t1", "new", Instant.now().minusSeconds(1));
            tokens.rotate("t2", "new 2", Instant.now().plusSeconds(600));
            replica.follow();
        });
        replica.follow();

        assertThat(fresh().find("old"), is(Optional.empty()));
        assertThat(fresh().find("in grace").isPresent(), is(true));
        replica.close();
    }

    @Test
    void whatARevocationLeavesEndsByItself() {
        tokens.add("digest", token("t1", CREATED));
        tokens.revoke("t1");

        assertThat(TestRedis.raw().number("PTTL", config.keyPrefix() + ":revoked:{" + RevokedTokens.tokens(config) + "}")
                > 0, is(true));
    }

    private static ApiToken token(String id, Instant created) {
        return new ApiToken(id, "älice", "a \"laptop\"", created, Optional.empty());
    }

    @Test
    void aTokenIsFoundByItsDigestAsItWasAdded() {
        var eternal = token("t1", CREATED);
        var limited = new ApiToken("t2", "bob", "", CREATED, Optional.of(CREATED.plusSeconds(60)));

        tokens.add("digest 1", eternal);
        tokens.add("digest 2", limited);

        assertThat(tokens.find("digest 1"), is(Optional.of(eternal)));
        assertThat(tokens.find("digest 2"), is(Optional.of(limited)));
        assertThat(tokens.find("digest 3"), is(Optional.empty()));
    }

    @Test
    void aTokenIsFoundEvenIfItHasExpired() {
        var expired = new ApiToken("t1", "alice", "", CREATED, Optional.of(CREATED.plusSeconds(60)));

        tokens.add("digest", expired);

        assertThat(tokens.find("digest"), is(Optional.of(expired)));
    }

    @Test
    void anotherReplicaFindsATokenAndItsRevocationAtOnce() {
        var other = new RedisTokenStore(TestRedis.otherClient(), TestRedis.calls(TestRedis.otherClient()), config);
        tokens.add("digest", token("t1", CREATED));

        assertThat(other.find("digest").isPresent(), is(true));
        assertThat(other.revoke("t1"), is(true));
        assertThat(tokens.find("digest"), is(Optional.empty()));
    }

    @Test
    void tokensAreListedOldestFirst() {
        tokens.add("digest c", token("c", CREATED));
        tokens.add("digest b", token("b", CREATED.plusMillis(1)));
        tokens.add("digest a", token("a", CREATED));

        assertThat(tokens.list().stream().map(ApiToken::id).toList(), is(List.of("a", "c", "b")));
    }

    @Test
    void onlyTheRevokedTokenIsGone() {
        tokens.add("digest 1", token("t1", CREATED));
        tokens.add("digest 2", token("t2", CREATED));

        assertThat(tokens.revoke("t1"), is(true));

        assertThat(tokens.list(), is(List.of(token("t2", CREATED))));
        assertThat(tokens.revoke("t1"), is(false));
    }

    @Test
    void withoutTokensThereIsNoneToListOrRevoke() {
        assertThat(tokens.list(), is(empty()));
        assertThat(tokens.revoke("t1"), is(false));
    }

    @Test
    void theScopesOfATokenAreKept() {
        var limited = new ApiToken("t1", "bob", "", CREATED, Optional.empty(), Scopes.parse("b a"));

        tokens.add("digest", limited);

        assertThat(tokens.find("digest"), is(Optional.of(limited)));
    }

    @Test
    void aRotatedTokenIsTheSameUnderAnotherSecret() {
        var token = new ApiToken("t1", "bob", "ci", CREATED, Optional.of(CREATED.plusSeconds(600)), Scopes.parse("a"));
        tokens.add("old", token);

        assertThat(tokens.rotate("t1", "new", CREATED.plusSeconds(60)), is(true));

        assertThat(tokens.find("new"), is(Optional.of(token)));
        assertThat(tokens.find("old").orElseThrow().expires(), is(Optional.of(CREATED.plusSeconds(60))));
        assertThat(tokens.list(), is(List.of(token)));
    }

    @Test
    void rotatingDoesNotLengthenTheLifeOfTheOldSecret() {
        tokens.add("old", new ApiToken("t1", "bob", "", CREATED, Optional.of(CREATED.plusSeconds(5))));

        tokens.rotate("t1", "new", CREATED.plusSeconds(60));

        assertThat(tokens.find("old").orElseThrow().expires(), is(Optional.of(CREATED.plusSeconds(5))));
    }

    @Test
    void aTokenIsRotatedAsOftenAsNeedBeAndRevokedWithAllItsSecrets() {
        tokens.add("first", token("t1", CREATED));

        tokens.rotate("t1", "second", CREATED.plusSeconds(60));
        assertThat(tokens.rotate("t1", "third", CREATED.plusSeconds(60)), is(true));
        assertThat(tokens.find("third"), is(Optional.of(token("t1", CREATED))));
        assertThat(tokens.revoke("t1"), is(true));

        assertThat(tokens.find("first"), is(Optional.empty()));
        assertThat(tokens.find("second"), is(Optional.empty()));
        assertThat(tokens.find("third"), is(Optional.empty()));
    }

    @Test
    void aTokenThatIsNotThereCannotBeRotated() {
        assertThat(tokens.rotate("t1", "new", CREATED), is(false));
        assertThat(tokens.find("new"), is(Optional.empty()));
    }

    @Test
    void theLastUseIsKeptUntilTheTokenIsRevoked() {
        tokens.add("digest", token("t1", CREATED));
        assertThat(tokens.lastUses(), is(Map.of()));

        tokens.used("t1", CREATED.plusSeconds(1));
        tokens.used("t1", CREATED.plusSeconds(2));
        assertThat(tokens.lastUses(), is(Map.of("t1", CREATED.plusSeconds(2))));
        tokens.revoke("t1");

        assertThat(tokens.lastUses(), is(Map.of()));
    }

    @Test
    void theSecretIsNowhereInRedis() {
        String secret = TokenSecret.mint(new SecureRandom());
        tokens.add(TokenSecret.digest(secret), token("t1", CREATED));

        String stored = TestRedis.raw().call("HGETALL", config.keyPrefix() + ":tokens").toString();

        assertThat(stored, containsString("t1"));
        assertThat(stored, not(containsString(secret)));
        assertThat(stored, not(containsString(secret.substring(TokenSecret.PREFIX.length()))));
    }
}
