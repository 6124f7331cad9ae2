package io.mcpsession.auth;

import io.mcpsession.session.Principal;
import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

class TokenAuthenticatorTest {

    private static final String CONFIGURED = "a token of the configuration, of any shape";
    private static final AuthResult ALICE = new AuthResult.Accepted(Principal.ofSubject("alice"));

    private final String secret = TokenSecret.mint(new SecureRandom());
    private final MutableClock clock = MutableClock.atPresent();
    private final Store store = new Store();
    private final Queue<Runnable> background = new ArrayDeque<>();
    private final Map<String, ApiToken> configured = new HashMap<>();

    private TokenAuthenticator authenticator() {
        return new TokenAuthenticator(configured, store, clock,
                () -> TimeUnit.MILLISECONDS.toNanos(clock.millis()), background::add);
    }

    private static ApiToken token(String subject) {
        return new ApiToken("t1", subject, "laptop", Instant.EPOCH, Optional.empty());
    }

    private ApiToken expiringIn(Duration time) {
        return new ApiToken("t1", "alice", "laptop", clock.instant(), Optional.of(clock.instant().plus(time)));
    }

    private static Optional<String> bearer(String secret) {
        return Optional.of("Bearer " + secret);
    }

    private void runBackground() {
        while (!background.isEmpty()) {
            background.remove().run();
        }
    }

    @Test
    void aRequestWithoutCredentialsHasNone() {
        assertThat(authenticator().authenticate(Optional.empty()), is(new AuthResult.Missing()));
    }

    @Test
    void aStoredTokenIsAcceptedForItsUser() {
        store.add(TokenSecret.digest(secret), token("alice"));

        assertThat(authenticator().authenticate(bearer(secret)), is(ALICE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bearer ", "BEARER ", "Bearer   "})
    void theSchemeIsReadAsRfc6750WritesIt(String scheme) {
        store.add(TokenSecret.digest(secret), token("alice"));

        assertThat(authenticator().authenticate(Optional.of(scheme + secret)), is(ALICE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Basic YWxpY2U6c2VjcmV0", "Bearer: x", "Bearerx"})
    void credentialsOfAnotherSchemeAreRejected(String header) {
        assertThat(authenticator().authenticate(Optional.of(header)), instanceOf(AuthResult.Rejected.class));
        assertThat(store.asked, is(empty()));
    }

    @Test
    void aWellFormedTokenThatNobodyMadeIsRejectedWithoutBeingRepeated() {
        AuthResult result = authenticator().authenticate(bearer(secret));

        assertThat(result, instanceOf(AuthResult.Rejected.class));
        assertThat(result.toString(), not(containsString(secret)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "mcps_", "mcps_000000000000000000000000000000000000", "password", "' OR 1=1 --"})
    void aMalformedSecretNeverReachesTheStore(String malformed) {
        AuthResult result = authenticator().authenticate(bearer(malformed));

        assertThat(result, instanceOf(AuthResult.Rejected.class));
        assertThat(store.asked, is(empty()));
    }

    @Test
    void theSecretItselfNeverReachesTheStore() {
        authenticator().authenticate(bearer(secret));

        assertThat(store.asked, is(List.of(TokenSecret.digest(secret))));
    }

    @Test
    void aConfiguredTokenIsAcceptedWithoutTheStore() {
        configured.put(TokenSecret.digest(CONFIGURED), token("alice"));
        store.down = true;

        assertThat(authenticator().authenticate(bearer(CONFIGURED)), is(ALICE));
        assertThat(store.asked, is(empty()));
    }

    @Test
    void anExpiredTokenIsRejectedFromTheMomentItExpires() {
        store.add(TokenSecret.digest(secret), expiringIn(Duration.ofSeconds(1)));
        configured.put(TokenSecret.digest(CONFIGURED), expiringIn(Duration.ofSeconds(1)));
        TokenAuthenticator authenticator = authenticator();
        assertThat(authenticator.authenticate(bearer(secret)), is(ALICE));

        clock.advance(Duration.ofSeconds(1));

        assertThat(authenticator.authenticate(bearer(secret)), instanceOf(AuthResult.Rejected.class));
        assertThat(authenticator.authenticate(bearer(CONFIGURED)), instanceOf(AuthResult.Rejected.class));
    }

    @Test
    void theStoreIsAskedOnceForManyRequests() {
        store.add(TokenSecret.digest(secret), token("alice"));
        TokenAuthenticator authenticator = authenticator();

        for (int i = 0; i < 100; i++) {
            assertThat(authenticator.authenticate(bearer(secret)), is(ALICE));
            clock.advance(Duration.ofMillis(10));
        }

        assertThat(store.asked.size(), is(1));
    }

    @Test
    void noRequestWaitsForATokenToBeAskedForAgain() {
        store.add(TokenSecret.digest(secret), token("alice"));
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(bearer(secret));
        clock.advance(Duration.ofSeconds(3));

        assertThat(authenticator.authenticate(bearer(secret)), is(ALICE));

        assertThat(store.asked.size(), is(1));
        runBackground();
        assertThat(store.asked.size(), is(2));
    }

    @Test
    void aRevokedTokenInUseIsRejectedOnceItWasAskedForAgain() {
        store.add(TokenSecret.digest(secret), token("alice"));
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(bearer(secret));

        store.revoke("t1");
        clock.advance(Duration.ofSeconds(2).plusMillis(1));
        authenticator.authenticate(bearer(secret));
        runBackground();

        assertThat(authenticator.authenticate(bearer(secret)), instanceOf(AuthResult.Rejected.class));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 700, 1900, 3900, 4900})
    void aRevocationTakesEffectWithinFiveSecondsHoweverOftenTheTokenIsUsed(int everyMillis) {
        store.add(TokenSecret.digest(secret), token("alice"));
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(bearer(secret));

        store.revoke("t1");
        for (int elapsed = 0; elapsed < 5000; elapsed += everyMillis) {
            authenticator.authenticate(bearer(secret));
            runBackground();
            clock.advance(Duration.ofMillis(Math.min(everyMillis, 5000 - elapsed)));
        }

        assertThat(authenticator.authenticate(bearer(secret)), instanceOf(AuthResult.Rejected.class));
    }

    @Test
    void aTokenMadeAfterItWasTriedIsAcceptedWithinFiveSeconds() {
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(bearer(secret));

        store.add(TokenSecret.digest(secret), token("alice"));
        clock.advance(Duration.ofSeconds(5));

        assertThat(authenticator.authenticate(bearer(secret)), is(ALICE));
    }

    @Test
    void aStoreThatGivesNoAnswerIsNotReadAsAnUnknownToken() {
        store.down = true;

        assertThrows(StoreUnavailableException.class, () -> authenticator().authenticate(bearer(secret)));
    }

    @Test
    void aStoreThatAnswersAgainIsAskedAgainAtOnce() {
        store.add(TokenSecret.digest(secret), token("alice"));
        TokenAuthenticator authenticator = authenticator();
        store.down = true;
        assertThrows(StoreUnavailableException.class, () -> authenticator.authenticate(bearer(secret)));

        store.down = false;

        assertThat(authenticator.authenticate(bearer(secret)), is(ALICE));
    }

    @Test
    void aKnownTokenOutlastsAStoreThatGivesNoAnswerForAMomentButNoLonger() {
        store.add(TokenSecret.digest(secret), token("alice"));
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(bearer(secret));
        store.down = true;

        clock.advance(Duration.ofSeconds(3));
        assertThat(authenticator.authenticate(bearer(secret)), is(ALICE));
        runBackground();
        assertThat(authenticator.authenticate(bearer(secret)), is(ALICE));
        clock.advance(Duration.ofSeconds(1));

        assertThrows(StoreUnavailableException.class, () -> authenticator.authenticate(bearer(secret)));
    }

    /** Each asking after the other, the last would wait for the time-out of every one before. */
    @Test
    void whileTheStoreHangsAllCallersOfATokenWaitForOneAnswer() {
        store.down = true;
        store.held = new CountDownLatch(1);
        TokenAuthenticator authenticator = authenticator();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> callers = IntStream.range(0, 5).mapToObj(_ -> Thread.ofPlatform().daemon().start(() -> failures.add(
                assertThrows(StoreUnavailableException.class, () -> authenticator.authenticate(bearer(secret))))))
                .toList();
        eventually(() -> callers.stream().allMatch(caller -> caller.getState() == Thread.State.TIMED_WAITING),
                is(true));

        store.held.countDown();

        eventually(() -> callers.stream().noneMatch(Thread::isAlive), is(true));
        assertThat(failures, hasSize(5));
        assertThat(store.asked.size(), is(1));
    }

    @Test
    void theScopesOfATokenAreThoseItWasMadeWith() {
        store.add(TokenSecret.digest(secret), new ApiToken("t1", "alice", "", Instant.EPOCH, Optional.empty(),
                Scopes.parse("notes:read mcp")));

        assertThat(authenticator().authenticate(bearer(secret)), is(new AuthResult.Accepted(
                Principal.ofSubject("alice"), Optional.empty(), Scopes.of(Set.of("mcp", "notes:read")))));
    }

    @Test
    void theUseOfATokenIsToldOnceAMinuteAndNoRequestWaitsForIt() {
        store.add(TokenSecret.digest(secret), token("alice"));
        TokenAuthenticator authenticator = authenticator();
        Instant first = clock.instant();

        for (int second = 0; second < 90; second++) {
            authenticator.authenticate(bearer(secret));
            if (second == 0) {
                assertThat(store.uses, is(empty()));
            }
            runBackground();
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(store.uses, is(List.of(first, first.plusSeconds(60))));
    }

    @Test
    void theUseOfATokenThatWasRefusedIsNotTold() {
        store.add(TokenSecret.digest(secret), expiringIn(Duration.ZERO));

        authenticator().authenticate(bearer(secret));
        runBackground();

        assertThat(store.uses, is(empty()));
    }

    @Test
    void aUseThatCouldNotBeToldIsToldWithTheNext() {
        store.add(TokenSecret.digest(secret), token("alice"));
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(bearer(secret));
        store.down = true;
        runBackground();
        store.down = false;

        authenticator.authenticate(bearer(secret));
        runBackground();

        assertThat(store.uses.size(), is(1));
    }

    /** One line with a stack trace for each token in use and every two seconds would bury what an outage is about. */
    @Test
    void anOutageDoesNotFloodTheLog() {
        store.add(TokenSecret.digest(secret), token("alice"));
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(bearer(secret));
        store.down = true;
        clock.advance(Duration.ofSeconds(3));

        try (var log = new LogCapture("com.github.benmanes.caffeine")) {
            authenticator.authenticate(bearer(secret));
            runBackground();

            assertThat("it was asked for again", store.asked, hasSize(2));
            assertThat(log.at(Level.WARNING), is(empty()));
        }
    }

    private static final class Store implements TokenStore {

        private final Map<String, ApiToken> tokens = new HashMap<>();
        private final List<String> asked = new ArrayList<>();
        private final List<Instant> uses = new ArrayList<>();
        private boolean down;
        private CountDownLatch held = new CountDownLatch(0);

        @Override
        public Optional<ApiToken> find(String digest) {
            asked.add(digest);
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            if (down) {
                throw new StoreUnavailableException("no answer", null);
            }
            return Optional.ofNullable(tokens.get(digest));
        }

        @Override
        public void add(String digest, ApiToken token) {
            tokens.put(digest, token);
        }

        @Override
        public List<ApiToken> list() {
            return List.copyOf(tokens.values());
        }

        @Override
        public boolean rotate(String id, String digest, Instant oldUntil) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void used(String id, Instant at) {
            if (down) {
                throw new StoreUnavailableException("no answer", null);
            }
            uses.add(at);
        }

        @Override
        public Map<String, Instant> lastUses() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean revoke(String id) {
            return tokens.values().removeIf(token -> token.id().equals(id));
        }
    }
}
