package io.mcpsession.auth;

import io.mcpsession.session.Principal;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.MutableClock;
import io.mcpsession.testing.TestIssuer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What the issuer says of opaque tokens, and how often it is asked. */
class IntrospectionTest {

    private static final String TOKEN = "opaque-token-1";

    private final MutableClock clock = MutableClock.atPresent();
    private final TestIssuer issuer = TestIssuer.at(clock);
    private final AuthConfig config = new AuthConfig(TestIssuer.RESOURCE, List.of(), false, Duration.ofSeconds(30),
            List.of("RS256"), List.of(), Optional.of(new AuthConfig.Opaque(issuer.introspection(), issuer.name(),
            "mcp server", "s:cret", Duration.ofSeconds(60))));
    private final Introspection introspection = new Introspection(config, clock,
            () -> TimeUnit.MILLISECONDS.toNanos(clock.millis()));

    @AfterEach
    void stop() {
        issuer.close();
    }

    private void known(String more) {
        issuer.knows(TOKEN, "{\"active\":true,\"sub\":\"alice\",\"client_id\":\"client-1\",\"scope\":\"mcp\",\"aud\":\""
                + TestIssuer.RESOURCE + "\",\"exp\":" + clock.instant().plusSeconds(300).getEpochSecond() + more + "}");
    }

    @Test
    void anActiveTokenIsAcceptedForTheUserOfItsIssuer() {
        known("");

        assertThat(introspection.verify(TOKEN), is(new AuthResult.Accepted(new Principal(issuer.name(), "alice"),
                Optional.of("client-1"), Scopes.of(Set.of("mcp")))));
    }

    @Test
    void theServerSignsInAsTheClientItIsConfiguredAs() {
        introspection.verify(TOKEN);

        assertThat(issuer.asked(), is(List.of("POST Basic "
                + Base64.getEncoder().encodeToString("mcp+server:s%3Acret".getBytes(UTF_8))
                + " token=" + TOKEN + "&token_type_hint=access_token")));
    }

    @Test
    void theIssuerIsAskedOnceForManyRequests() {
        known("");

        for (int i = 0; i < 100; i++) {
            introspection.verify(TOKEN);
            introspection.verify("no token at all");
        }

        assertThat(issuer.introspections(), is(2));
    }

    @Test
    void aTokenThatIsNoLongerActiveIsRejectedOnceTheAnswerIsOld() {
        known("");
        introspection.verify(TOKEN);
        issuer.knows(TOKEN, "{\"active\":false}");

        clock.advance(Duration.ofSeconds(59));
        assertThat(introspection.verify(TOKEN), instanceOf(AuthResult.Accepted.class));
        clock.advance(Duration.ofSeconds(2));

        assertThat(introspection.verify(TOKEN), is(new AuthResult.Rejected("unknown token")));
    }

    @Test
    void aTokenThatExpiresWhileItsAnswerIsRememberedIsRejected() {
        issuer.knows(TOKEN, "{\"active\":true,\"sub\":\"alice\",\"aud\":[\"" + TestIssuer.RESOURCE + "\"],\"exp\":"
                + clock.instant().plusSeconds(10).getEpochSecond() + "}");
        assertThat(introspection.verify(TOKEN), instanceOf(AuthResult.Accepted.class));

        clock.advance(Duration.ofSeconds(41));

        assertThat(introspection.verify(TOKEN), is(new AuthResult.Rejected("the token has expired")));
    }

    @Test
    void aTokenForAnotherAudienceIsRejected() {
        issuer.knows(TOKEN, "{\"active\":true,\"sub\":\"alice\",\"aud\":\"https://other.example\",\"exp\":99999999999}");

        assertThat(introspection.verify(TOKEN), is(new AuthResult.Rejected("the token is for another audience")));
    }

    @Test
    void aTokenOfAnotherIssuerIsRejected() {
        known(",\"iss\":\"https://evil.example\"");

        assertThat(introspection.verify(TOKEN), instanceOf(AuthResult.Rejected.class));
    }

    @Test
    void aUserThatCannotBeIsRejected() {
        issuer.knows(TOKEN, "{\"active\":true,\"sub\":\"\\ud800\",\"aud\":\"" + TestIssuer.RESOURCE
                + "\",\"exp\":99999999999}");

        assertThat(introspection.verify(TOKEN), is(new AuthResult.Rejected("the token names a user that cannot be")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"active\":\"true\"}", "{\"active\":true}", "{\"active\":1,\"sub\":\"alice\"}", "[]"})
    void anAnswerThatDoesNotSayYesIsANo(String answer) {
        issuer.knows(TOKEN, answer);

        assertThat(introspection.verify(TOKEN), instanceOf(AuthResult.Rejected.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "{", ""})
    void anAnswerThatIsNoneSaysNothingOfTheTokenAndIsNotRemembered(String answer) {
        issuer.knows(TOKEN, answer);
        try (var log = new LogCapture(Introspection.class)) {
            assertThrows(UncheckableTokenException.class, () -> introspection.verify(TOKEN));

            assertThat(log.at(Level.WARNING), hasSize(1));
            assertThat(log.at(Level.WARNING).toString(), not(containsString(TOKEN)));
        }
        known("");

        assertThat(introspection.verify(TOKEN), instanceOf(AuthResult.Accepted.class));
    }

    @Test
    void anAnswerOfTooManyValuesIsNone() {
        known(",\"x\":[" + "{\"\":0},".repeat(20_000) + "0]");
        try (var log = new LogCapture(Introspection.class)) {
            assertThrows(UncheckableTokenException.class, () -> introspection.verify(TOKEN));

            assertThat(log.at(Level.WARNING).toString(), containsString("it holds more than 10000 JSON values"));
        }
    }

    @Test
    void aTokenInUseIsAskedAboutAgainBeforeItsAnswerIsOldAndNobodyWaits() {
        known("");
        introspection.verify(TOKEN);
        clock.advance(Duration.ofSeconds(31));
        issuer.takingForTokens(Duration.ofMillis(500));

        long begun = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertThat(introspection.verify(TOKEN), instanceOf(AuthResult.Accepted.class));
        }
        assertThat(System.nanoTime() - begun, is(lessThan(400_000_000L)));

        eventually(() -> issuer.asked(), hasSize(2));
        clock.advance(Duration.ofSeconds(29));
        assertThat(introspection.verify(TOKEN), instanceOf(AuthResult.Accepted.class));
        assertThat(issuer.introspections(), is(2));
    }

    @Test
    void aTokenThatIsFoundInactiveEarlyIsRejectedEarly() {
        known("");
        introspection.verify(TOKEN);
        clock.advance(Duration.ofSeconds(31));
        issuer.knows(TOKEN, "{\"active\":false}");

        introspection.verify(TOKEN);

        eventually(() -> introspection.verify(TOKEN), is(new AuthResult.Rejected("unknown token")));
    }

    @Test
    void anIssuerThatGivesNoAnswerIsNotAskedAgainByEachRequest() {
        known("");
        introspection.verify(TOKEN);
        clock.advance(Duration.ofSeconds(31));
        issuer.answering(500);

        for (int i = 0; i < 100; i++) {
            assertThat(introspection.verify(TOKEN), instanceOf(AuthResult.Accepted.class));
        }
        eventually(() -> issuer.asked(), hasSize(2));
        clock.advance(Duration.ofSeconds(7));
        eventually(() -> {
            introspection.verify(TOKEN);
            return issuer.asked();
        }, hasSize(3));
    }

    @Test
    void aTokenThatWasGoodIsNeverBehindUnknownOnes() throws Exception {
        known("");
        introspection.verify(TOKEN);
        clock.advance(Duration.ofSeconds(61));
        issuer.takingForTokens(Duration.ofMillis(1500));

        try (Unknown _ = new Unknown(200)) {
            eventually(issuer::introspections, is(1 + 32));

            assertThat(introspection.verify(TOKEN, "192.0.2.0"), instanceOf(AuthResult.Accepted.class));
        }
        assertThat(issuer.mostIntrospecting(), is(33));
    }

    @Test
    void unknownTokensOfOneAddressLeaveRoomForThoseOfAnother() throws Exception {
        known("");
        issuer.takingForTokens(Duration.ofMillis(500));

        try (Unknown flood = new Unknown(1)) {
            eventually(issuer::introspections, is(8));

            assertThat(introspection.verify(TOKEN, "192.0.2.77"), instanceOf(AuthResult.Accepted.class));
            assertThat(issuer.mostIntrospecting(), is(9));
            assertThat(flood.failures(), everyItem(is(TooManyUnknownTokensException.class)));
        }
    }

    /** 200 callers at once, each with a token of its own that the issuer does not know. */
    private final class Unknown implements AutoCloseable {

        private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Future<AuthResult>> calls;

        /**
         * @param addresses from which they come
         */
        Unknown(int addresses) {
            calls = IntStream.range(0, 200).mapToObj(i ->
                    executor.submit(() -> introspection.verify("unknown-" + i, "192.0.2." + i % addresses))).toList();
        }

        /** Why some were not looked at, once all have ended. */
        List<Class<?>> failures() throws InterruptedException {
            List<Class<?>> failures = new ArrayList<>();
            for (Future<AuthResult> call : calls) {
                try {
                    assertThat(call.get(), instanceOf(AuthResult.Rejected.class));
                } catch (ExecutionException e) {
                    failures.add(e.getCause().getClass());
                }
            }
            // 64 are in line, and what has no turn within a second leaves it.
            assertThat(failures, hasSize(greaterThan(200 - 64)));
            return failures;
        }

        @Override
        public void close() {
            executor.shutdownNow();
            executor.close();
        }
    }

    @Test
    void theSecretIsNotPrinted() {
        assertThat(config.toString(), not(containsString("s:cret")));
    }

    @Test
    void callersOfOneTokenWaitForOneAnswerTogether() throws Exception {
        issuer.silent();
        List<Callable<AuthResult>> calls = Collections.nCopies(8, () -> introspection.verify(TOKEN));

        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<AuthResult> call : executor.invokeAll(calls)) {
                assertThat(assertThrows(ExecutionException.class, call::get).getCause(),
                        instanceOf(UncheckableTokenException.class));
            }
        }

        assertThat(issuer.introspections(), is(lessThan(3)));
    }
}
