package io.mcpsession.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.mcpsession.session.Principal;
import io.mcpsession.testing.MutableClock;
import io.mcpsession.testing.TestIssuer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.oneOf;

/** Which JWTs are good, and why the others are not. */
class JwtVerifierTest {

    private static final Duration LEEWAY = Duration.ofSeconds(30);

    private final MutableClock clock = MutableClock.atPresent();
    private final TestIssuer issuer = TestIssuer.at(clock);
    private final TestIssuer other = TestIssuer.at(clock);
    private final JwtVerifier verifier = new JwtVerifier(config("RS256", "PS256", "ES256", "EdDSA"), clock,
            Runnable::run);

    private AuthConfig config(String... algorithms) {
        return new AuthConfig(TestIssuer.RESOURCE, List.of(), false, LEEWAY, List.of(algorithms), List.of(
                new AuthConfig.Issuer(issuer.name(), Optional.of(issuer.keys())),
                new AuthConfig.Issuer(other.name(), Optional.of(other.keys()))), Optional.empty());
    }

    @AfterEach
    void stop() {
        issuer.close();
        other.close();
    }

    @Test
    void aGoodTokenNamesTheUserTheClientAndTheScopes() {
        String token = issuer.token(claims -> claims.claim("scope", "mcp notes:write"));

        assertThat(verifier.verify(token), is(new AuthResult.Accepted(new Principal(issuer.name(), "alice"),
                Optional.of("client-1"), Scopes.of(Set.of("mcp", "notes:write")))));
    }

    @Test
    void theSameSubjectOfAnotherIssuerIsSomebodyElse() {
        assertThat(principal(other.token("alice")), is(not(principal(issuer.token("alice")))));
    }

    @Test
    void theClientIsNotPartOfTheUser() {
        assertThat(principal(issuer.token(claims -> claims.claim("client_id", "client-2"))),
                is(principal(issuer.token("alice"))));
    }

    @Test
    void scopesMayBeAListUnderAnotherName() {
        String token = issuer.token(claims -> claims.claim("scope", null).claim("scp", List.of("a", "b")));

        assertThat(((AuthResult.Accepted) verifier.verify(token)).scopes(), is(Scopes.of(Set.of("a", "b"))));
    }

    @Test
    void oneOfSeveralAudiencesIsEnough() {
        assertThat(verifier.verify(issuer.token(claims -> claims
                        .audience(List.of("https://other.example", TestIssuer.RESOURCE)))),
                instanceOf(AuthResult.Accepted.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://other.example", "https://mcp.example.com/api/mcp/", "https://mcp.example.com/api",
            "https://MCP.example.com/api/mcp", ""})
    void aTokenForAnotherAudienceIsRejected(String audience) {
        assertRejected(issuer.token(claims -> claims.audience(audience)), "the token is for another audience");
    }

    @Test
    void aTokenForNobodyInParticularIsRejected() {
        assertRejected(issuer.token(claims -> claims.audience(List.of())), "the token is for another audience");
    }

    @Test
    void aTokenOfAnotherIssuerIsRejected() {
        assertRejected(issuer.token(claims -> claims.issuer("https://evil.example")),
                "the token is of an issuer that is not accepted");
        assertRejected(issuer.token(claims -> claims.issuer(null)), "the token is of an issuer that is not accepted");
    }

    @Test
    void oneIssuerCannotSpeakForAnother() {
        assertRejected(other.token(claims -> claims.issuer(issuer.name())), "the token is not signed by its issuer");
    }

    @ParameterizedTest
    @CsvSource({"29, true", "31, false"})
    void aTokenOutlivesItsTimeByTheLeewayAndNoMore(int secondsAfter, boolean accepted) {
        String token = issuer.token(claims -> claims.expirationTime(Date.from(clock.instant().plusSeconds(60))));

        clock.advance(Duration.ofSeconds(60 + secondsAfter));

        assertThat(verifier.verify(token) instanceof AuthResult.Accepted, is(accepted));
    }

    @ParameterizedTest
    @CsvSource({"28, true", "60, false"})
    void aTokenMayComeBeforeItsTimeByTheLeewayAndNoMore(int secondsBefore, boolean accepted) {
        String token = issuer.token(claims -> claims
                .notBeforeTime(Date.from(clock.instant().plusSeconds(secondsBefore))));

        assertThat(verifier.verify(token) instanceof AuthResult.Accepted, is(accepted));
    }

    @Test
    void aTokenThatNeverExpiresIsRejected() {
        assertRejected(issuer.token(claims -> claims.expirationTime(null)), "the token never expires");
    }

    @Test
    void aTokenThatSpeaksForNobodyIsRejected() {
        assertRejected(issuer.token(claims -> claims.subject("")), "the token speaks for nobody");
        assertRejected(issuer.token(claims -> claims.subject(null)), "the token speaks for nobody");
        assertRejected(issuer.token("u".repeat(Principal.MAX_LENGTH + 1)), "the token names a user that cannot be");
    }

    @Test
    void aTokenThatNobodySignedIsRejected() {
        assertThat(verifier.verify(new PlainJWT(issuer.claims(claims -> claims)).serialize()),
                instanceOf(AuthResult.Rejected.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "NONE", "HS256", "RS1", "RS512"})
    void anAlgorithmThatIsNotListedIsRejectedWhateverTheSignature(String algorithm) {
        String[] parts = issuer.token("alice").split("\\.");
        String header = Base64URL.encode("{\"alg\":\"" + algorithm + "\",\"kid\":\"" + issuer.key().getKeyID() + "\"}")
                .toString();

        // Before its signature is looked at, which would be a wrong one.
        assertThat(verifier.verify(header + "." + parts[1] + "." + parts[2]), is(oneOf(
                new AuthResult.Rejected("the token is signed by an algorithm that is not accepted"),
                new AuthResult.Rejected("the token cannot be read"))));
        assertThat(verifier.verify(header + "." + parts[1] + "."), instanceOf(AuthResult.Rejected.class));
    }

    /** The classic: the verifier takes the public key for a shared secret because the token says so. */
    @Test
    void aTokenSignedWithThePublicKeyAsASecretIsRejectedEvenIfSuchSignaturesWereListed() throws JOSEException {
        JWSSigner signer = new MACSigner(issuer.key().toRSAPublicKey().getEncoded());
        String token = signed(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(issuer.key().getKeyID()).build(), signer);

        assertRejected(token, "the token is signed by an algorithm that is not accepted");
        assertThat(new JwtVerifier(config("RS256", "HS256"), clock, Runnable::run).verify(token),
                instanceOf(AuthResult.Rejected.class));
    }

    @Test
    void aTokenSignedByAKeyOfItsOwnIsRejected() throws JOSEException {
        RSAKey forged = new RSAKeyGenerator(2048).keyID(issuer.key().getKeyID()).generate();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(forged.getKeyID())
                .jwk(forged.toPublicJWK()).build();

        assertRejected(signed(header, new RSASSASigner(forged)), "the token is not signed by its issuer");
    }

    @Test
    void aChangedTokenIsRejected() {
        String[] parts = issuer.token("alice").split("\\.");
        String payload = Base64URL.encode(new Base64URL(parts[1]).decodeToString().replace("alice", "admin")).toString();

        assertRejected(parts[0] + "." + payload + "." + parts[2], "the token is not signed by its issuer");
    }

    @ParameterizedTest
    @CsvSource({"at+jwt,true", "AT+JWT,true", "application/at+jwt,true", "JWT,true", "dpop+jwt,false",
            "logout+jwt,false", "secevent+jwt,false"})
    void onlyAccessTokensAreAccepted(String type, boolean accepted) {
        String token = issuer.sign(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(issuer.key().getKeyID())
                .type(new JOSEObjectType(type)).build(), issuer.claims(claims -> claims));

        assertThat(verifier.verify(token) instanceof AuthResult.Accepted, is(accepted));
    }

    @Test
    void anExtensionThatMustBeUnderstoodIsNot() {
        String token = issuer.sign(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(issuer.key().getKeyID())
                .criticalParams(Set.of("exp")).customParam("exp", 1).build(), issuer.claims(claims -> claims));

        assertThat(verifier.verify(token), instanceOf(AuthResult.Rejected.class));
    }

    @Test
    void aTokenThatNamesNoKeyIsTriedWithAll() throws JOSEException {
        issuer.publish(new RSAKeyGenerator(2048).keyID("another").generate());

        assertThat(verifier.verify(signed(new JWSHeader(JWSAlgorithm.RS256), new RSASSASigner(issuer.key()))),
                instanceOf(AuthResult.Accepted.class));
    }

    @Test
    void everyKindOfSignatureThatIsListedIsAccepted() throws Exception {
        ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = pair.getPublic().getEncoded();
        issuer.publish(ec);
        issuer.publish(new OctetKeyPair.Builder(Curve.Ed25519,
                Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length))).keyID("ed").build());

        assertThat(verifier.verify(signed(new JWSHeader.Builder(JWSAlgorithm.PS256).keyID(issuer.key().getKeyID())
                .build(), new RSASSASigner(issuer.key()))), instanceOf(AuthResult.Accepted.class));
        assertThat(verifier.verify(signed(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("ec").build(),
                new ECDSASigner(ec))), instanceOf(AuthResult.Accepted.class));
        String edwards = edwards(pair, issuer.claims(claims -> claims));
        assertThat(verifier.verify(edwards), instanceOf(AuthResult.Accepted.class));
        assertThat(verifier.verify(edwards.substring(0, edwards.length() - 4) + "AAAA"),
                instanceOf(AuthResult.Rejected.class));
    }

    private static String edwards(KeyPair pair, JWTClaimsSet claims) throws GeneralSecurityException {
        String input = Base64URL.encode("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}") + "."
                + Base64URL.encode(claims.toString());
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(input.getBytes(US_ASCII));
        return input + "." + Base64URL.encode(signature.sign());
    }

    static Stream<String> nonsense() {
        String empty = Base64URL.encode("{}").toString();
        String header = Base64URL.encode("{\"alg\":\"RS256\"}").toString();
        return Stream.of("a.b.c", "..", empty + "." + empty + ".", header + "." + Base64URL.encode("[]") + ".AA",
                header + "." + Base64URL.encode("{\"exp\":{}}") + ".AA",
                header + "." + Base64URL.encode("{\"iss\":7,\"aud\":{}}") + ".AA",
                header + "." + Base64URL.encode("{".repeat(10_000)) + ".AA",
                Base64URL.encode("{\"alg\":7}") + "." + empty + ".AA",
                Base64URL.encode("{\"alg\":\"RS256\",\"enc\":\"A128GCM\"}") + "." + empty + ".AA",
                "A".repeat(10_000) + "." + empty + ".AA",
                header + "." + Base64URL.encode("{\"iss\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}") + ".AA",
                header + "." + Base64URL.encode("{\"a\":".repeat(3000) + "0" + "}".repeat(3000)) + ".AA",
                header + "." + Base64URL.encode("{\"exp\":1e999999999,\"nbf\":-1e999999999}") + ".AA",
                header + "." + Base64URL.encode("{\"exp\":" + "9".repeat(10_000) + "}") + ".AA",
                header + "." + Base64URL.encode("{" + "\"a\":{},".repeat(1500) + "\"b\":[]}") + ".AA",
                Base64URL.encode("{\"alg\":\"RS256\",\"x\":" + "[".repeat(5_000) + "}") + "." + empty + ".AA");
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void nonsenseIsRejectedWithoutBeingRepeatedAndWithoutAFetch(String token) {
        AuthResult result = verifier.verify(token);

        assertThat(result, instanceOf(AuthResult.Rejected.class));
        assertThat(result.toString(), not(containsString(token)));
        assertThat(issuer.keyFetches(), is(0));
    }

    private Principal principal(String token) {
        return ((AuthResult.Accepted) verifier.verify(token)).principal();
    }

    private String signed(JWSHeader header, JWSSigner signer) throws JOSEException {
        SignedJWT jwt = new SignedJWT(header, issuer.claims(claims -> claims));
        jwt.sign(signer);
        return jwt.serialize();
    }

    private void assertRejected(String token, String reason) {
        assertThat(verifier.verify(token), is(new AuthResult.Rejected(reason)));
    }
}
