package io.mcpsession.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.MutableClock;
import io.mcpsession.testing.TestIssuer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** When the keys of an issuer are fetched, and when they are not. */
class IssuerKeysTest {

    private final MutableClock clock = MutableClock.atPresent();
    private final TestIssuer issuer = TestIssuer.at(clock);
    private final Queue<Runnable> background = new ArrayDeque<>();
    private final IssuerKeys keys = keys(Optional.of(issuer.keys()));
    private LogCapture log;

    private IssuerKeys keys(Optional<URI> place) {
        return new IssuerKeys(new AuthConfig.Issuer(issuer.name(), place), new Documents(), clock, background::add);
    }

    @BeforeEach
    void listen() {
        log = new LogCapture(IssuerKeys.class);
    }

    @AfterEach
    void stop() {
        log.close();
        issuer.close();
    }

    private List<JWK> matching(String kid) {
        return keys.matching(header(kid));
    }

    private static JWSHeader header(String kid) {
        return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(kid).build();
    }

    private List<JWK> current() {
        return matching(issuer.key().getKeyID());
    }

    private void runBackground() {
        while (!background.isEmpty()) {
            background.remove().run();
        }
    }

    @Test
    void keysAreFetchedOnceForManyTokens() {
        for (int i = 0; i < 100; i++) {
            assertThat(current(), is(not(empty())));
        }

        assertThat(issuer.keyFetches(), is(1));
    }

    @Test
    void aThousandTokensOfUnknownKeysCauseOneFetchMore() {
        current();
        clock.advance(IssuerKeys.BETWEEN_FETCHES);

        for (int i = 0; i < 1000; i++) {
            assertThat(matching("forged-" + i), is(empty()));
        }

        assertThat(issuer.keyFetches(), is(2));
    }

    @Test
    void aThousandAtOnceCauseOneFetch() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(IntStream.range(0, 1000)
                    .mapToObj(i -> (Callable<List<JWK>>) () -> matching("forged-" + i)).toList())) {
                assertThat(answer.get(), is(empty()));
            }
        }

        assertThat(issuer.keyFetches(), is(1));
    }

    @Test
    void aRotatedKeyIsFoundByTheFirstTokenItSigned() {
        current();
        clock.advance(IssuerKeys.BETWEEN_FETCHES);

        issuer.rotate();

        assertThat(current(), is(not(empty())));
    }

    @Test
    void aWithdrawnKeyIsNoLongerGoodOnceTheKeysWereFetchedAgain() {
        String withdrawn = issuer.key().getKeyID();
        current();
        issuer.rotate();
        clock.advance(IssuerKeys.FRESH);

        assertThat(matching(withdrawn), is(not(empty())));
        runBackground();

        assertThat(matching(withdrawn), is(empty()));
    }

    @Test
    void noTokenWaitsForKeysThatAreOnlyOld() {
        current();
        clock.advance(IssuerKeys.FRESH);

        current();

        assertThat(issuer.keyFetches(), is(1));
        runBackground();
        assertThat(issuer.keyFetches(), is(2));
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 404, 302})
    void keysOutlastTheirIssuerForADayAndNoLonger(int status) {
        current();
        issuer.answering(status);

        clock.advance(IssuerKeys.STALE.minusSeconds(1));
        assertThat(current(), is(not(empty())));
        runBackground();
        assertThat(current(), is(not(empty())));
        clock.advance(IssuerKeys.BETWEEN_FETCHES);

        assertThrows(UncheckableTokenException.class, this::current);
    }

    @Test
    void keysThatCannotBeHadSayNothingOfTheToken() {
        issuer.answering(503);

        assertThrows(UncheckableTokenException.class, this::current);
        assertThrows(UncheckableTokenException.class, this::current);
        assertThat(issuer.keyFetches(), is(1));
    }

    @Test
    void anIssuerThatAnswersAgainIsAskedAgain() {
        issuer.answering(503);
        assertThrows(UncheckableTokenException.class, this::current);

        issuer.answering(200);
        clock.advance(IssuerKeys.BETWEEN_FETCHES);

        assertThat(current(), is(not(empty())));
    }

    @Test
    void anUnknownKeyOfAnIssuerThatCannotBeReachedMayBeANewOne() {
        current();
        issuer.answering(503);
        clock.advance(IssuerKeys.BETWEEN_FETCHES);

        assertThrows(UncheckableTokenException.class, () -> matching("new"));
    }

    @Test
    void anIssuerThatNeverAnswersIsNotWaitedForLong() {
        issuer.silent();
        long begin = System.nanoTime();

        assertThrows(UncheckableTokenException.class, this::current);

        assertThat(Duration.ofNanos(System.nanoTime() - begin), is(lessThan(Duration.ofSeconds(4))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"})
    void theMetadataTellsWhereTheKeysAre(String path) {
        issuer.metadataAt(path);

        assertThat(keys(Optional.empty()).matching(header(issuer.key().getKeyID())), is(not(empty())));
    }

    @Test
    void theMetadataOfAnotherIssuerIsNotBelieved() {
        issuer.calledInMetadata("https://evil.example");

        assertThrows(UncheckableTokenException.class,
                () -> keys(Optional.empty()).matching(header(issuer.key().getKeyID())));
        assertThat(issuer.keyFetches(), is(0));
    }

    @Test
    void anIssuerWithAPathHasThreePlaces() {
        assertThat(Discovery.places(URI.create("https://login.example/tenant/a")).stream().map(URI::toString).toList(),
                is(List.of("https://login.example/.well-known/oauth-authorization-server/tenant/a",
                        "https://login.example/tenant/a/.well-known/openid-configuration",
                        "https://login.example/.well-known/openid-configuration/tenant/a")));
        assertThat(Discovery.places(URI.create("https://login.example/")).size(), is(2));
    }

    static Stream<String> unusable() throws JOSEException {
        String coordinate = Base64URL.encode(new byte[32]).toString();
        return Stream.of(
                "{'kty':'EC','crv':'P-256','x':'" + coordinate + "','kid':'no y'}",
                "{'kty':'EC','crv':'P-256','x':'" + coordinate + "','y':'" + coordinate + "','kid':'not on the curve'}",
                "{'kty':'EC','crv':'P-999','x':'" + coordinate + "','y':'" + coordinate + "','kid':'unknown curve'}",
                "{'kty':'OKP','crv':'Ed448','x':'" + coordinate + "','kid':'another curve'}",
                "{'kty':'OKP','crv':'X25519','x':'" + coordinate + "','kid':'for agreement'}",
                "{'kty':'AKP','alg':'ML-DSA-44','pub':'AAAA','kid':'unknown kind'}",
                "{'kty':'RSA','n':'***','e':'AQAB','kid':'no base64'}",
                "{'kty':'RSA','e':'AQAB','kid':'no modulus'}",
                "{'kty':'RSA','n':'" + Base64URL.encode(new byte[20_000]).toString().replace('A', '_')
                        + "','e':'AQAB','kid':'takes minutes'}",
                "{'kty':7,'kid':'kind of another type'}",
                "{'kid':'no kind'}", "{}", "[]", "null", "'text'", "42",
                "{'kty':'oct','k':'" + Base64URL.encode(new byte[64]) + "','alg':'HS256','kid':'shared secret'}",
                new RSAKeyGenerator(1024, true).keyID("small").generate().toPublicJWK().toJSONString(),
                new RSAKeyGenerator(2048).keyID("encrypts").keyUse(KeyUse.ENCRYPTION).generate().toPublicJWK()
                        .toJSONString(),
                new RSAKeyGenerator(2048).keyID("signs").keyOperations(Set.of(KeyOperation.SIGN)).generate()
                        .toPublicJWK().toJSONString());
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void aKeyThatCannotBeUsedIsIgnoredAndToldOnceAndTheOthersServe(String unusable) {
        issuer.publishText(unusable.replace('\'', '"'));

        assertThat(current(), is(List.of(issuer.key().toPublicJWK())));
        clock.advance(IssuerKeys.FRESH);
        current();
        runBackground();

        assertThat(issuer.keyFetches(), is(2));
        assertThat(log.at(java.util.logging.Level.WARNING).size(), is(1));
        assertThat(log.at(java.util.logging.Level.WARNING).getFirst(), containsString("a key is ignored issuer="));
    }

    @Test
    void keysOfOneIdAreAllTried() throws JOSEException {
        JWK other = new RSAKeyGenerator(2048).keyID(issuer.key().getKeyID()).generate().toPublicJWK();
        issuer.publishText(other.toJSONString());

        assertThat(current(), is(List.of(other, issuer.key().toPublicJWK())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'keys':[]}", "{'keys':[{'kty':'oct','k':'AAAA'}]}", "{'keys':{}}", "{}"})
    void aSetWithoutAUsableKeyIsNone(String document) {
        assertThrows(IOException.class, () -> KeySet.of(JSONObjectUtils.parse(document.replace('\'', '"'))));
    }
}
