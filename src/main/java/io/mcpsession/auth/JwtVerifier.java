package io.mcpsession.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.mcpsession.session.SteadyClock;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/** Verifies JWT access tokens (RFC 9068) without asking anybody about the single token. */
public final class JwtVerifier {

    /** ID tokens and others that an issuer signs with the same keys are no access tokens. */
    private static final Set<String> TYPES = Set.of("at+jwt", "application/at+jwt", "jwt");

    private static final AuthResult MALFORMED = new AuthResult.Rejected("the token cannot be read");

    private final Set<JWSAlgorithm> algorithms;
    private final Map<String, IssuerKeys> issuers;
    private final Claims claims;

    public JwtVerifier(AuthConfig config, InstantSource clock) {
        this(config, clock, new SteadyClock(), task -> Thread.ofVirtual().name("issuer-keys").start(task));
    }

    JwtVerifier(AuthConfig config, InstantSource clock, Executor background) {
        this(config, clock, clock, background);
    }

    /**
     * @param clock  says whether a token has expired
     * @param steady says how old the keys are
     */
    private JwtVerifier(AuthConfig config, InstantSource clock, InstantSource steady, Executor background) {
        Documents documents = new Documents();
        this.algorithms = config.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
        this.issuers = config.issuers().stream().collect(Collectors.toUnmodifiableMap(AuthConfig.Issuer::name,
                issuer -> new IssuerKeys(issuer, documents, steady, background)));
        this.claims = new Claims(config.resource(), config.leeway(), clock);
    }

    /** Fetches the keys of all issuers in the background, so that no first request has to wait for them. */
    public void start() {
        issuers.values().forEach(IssuerKeys::refresh);
    }

    /**
     * @throws UncheckableTokenException when the keys of its issuer cannot be had
     */
    AuthResult verify(String token) {
        SignedJWT jwt;
        JWTClaimsSet said;
        try {
            jwt = SignedJWT.parse(token);
            said = jwt.getJWTClaimsSet();
        } catch (ParseException | RuntimeException e) {
            // A token that nobody signed ends here as well: its algorithm "none" is none of a signed one.
            return MALFORMED;
        }
        JWSHeader header = jwt.getHeader();
        if (!algorithms.contains(header.getAlgorithm())) {
            return new AuthResult.Rejected("the token is signed by an algorithm that is not accepted");
        }
        if (!typeFits(header) || header.getCriticalParams() != null) {
            return new AuthResult.Rejected("the token is no access token");
        }
        // Whose keys to try; what it says is worth nothing before one of them fits.
        IssuerKeys keys = said.getIssuer() == null ? null : issuers.get(said.getIssuer());
        if (keys == null) {
            return new AuthResult.Rejected("the token is of an issuer that is not accepted");
        }
        return keys.matching(header).stream().anyMatch(key -> signed(jwt, key))
                ? claims.accept(said.getIssuer(), said.getClaims())
                : new AuthResult.Rejected("the token is not signed by its issuer");
    }

    private static boolean typeFits(JWSHeader header) {
        return Optional.ofNullable(header.getType())
                .map(JOSEObjectType::getType)
                .map(type -> type.toLowerCase(Locale.ROOT))
                .filter(type -> !TYPES.contains(type))
                .isEmpty();
    }

    private static boolean signed(SignedJWT jwt, JWK key) {
        try {
            return jwt.verify(KeySet.verifier(key));
        } catch (JOSEException | RuntimeException e) {
            return false;
        }
    }
}
