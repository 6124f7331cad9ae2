package io.mcpsession.upstream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.mcpsession.session.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Map;
import java.util.UUID;

/**
 * Names the verified user in a signed token of a minute's life, in the header {@value #HEADER}. The caller's own token
 * never goes on (2025-11-25, Authorization, Token Handling), and neither does any header that the caller sent.
 */
public final class SignedIdentity implements Identity {

    public static final String HEADER = "Mcp-User-Identity";

    /** Clocks differ; a token is good for a moment before it was made. */
    private static final Duration EARLIER = Duration.ofSeconds(10);

    private final JWK key;
    private final JWSAlgorithm algorithm;
    private final JWSSigner signer;
    private final String issuer;
    private final Duration validity;
    private final InstantSource clock;

    /**
     * @param key      secret of at least 256 bits (HS256), or a private RSA (RS256) or P-256 (ES256) key
     * @param issuer   as tokens call this server
     * @param validity of each token
     * @throws IllegalArgumentException when the key can sign none of these
     */
    public SignedIdentity(JWK key, String issuer, Duration validity, InstantSource clock) {
        this.key = key;
        this.algorithm = algorithm(key);
        this.issuer = issuer;
        this.validity = validity;
        this.clock = clock;
        try {
            this.signer = new DefaultJWSSignerFactory().createJWSSigner(key, algorithm);
        } catch (JOSEException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static JWSAlgorithm algorithm(JWK key) {
        if (!key.isPrivate()) {
            throw new IllegalArgumentException("the key is public, so it cannot sign");
        }
        if (key.getKeyType().equals(KeyType.OCT)) {
            return JWSAlgorithm.HS256;
        }
        if (key.getKeyType().equals(KeyType.RSA)) {
            return JWSAlgorithm.RS256;
        }
        if (key instanceof ECKey curved && curved.getCurve().equals(Curve.P_256)) {
            return JWSAlgorithm.ES256;
        }
        throw new IllegalArgumentException("the key is neither secret, nor RSA, nor on the curve P-256");
    }

    @Override
    public Map<String, String> of(Principal caller, String audience) {
        return Map.of(HEADER, token(claims(audience).subject(caller.subject()).claim("user_iss", caller.issuer())));
    }

    @Override
    public Map<String, String> ofThisServer(String audience) {
        // No subject: it is nobody's call.
        return Map.of(HEADER, token(claims(audience)));
    }

    private JWTClaimsSet.Builder claims(String audience) {
        Instant now = clock.instant();
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience(audience)
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now.minus(EARLIER)))
                .expirationTime(Date.from(now.plus(validity)))
                .jwtID(UUID.randomUUID().toString());
    }

    private String token(JWTClaimsSet.Builder claims) {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT).keyID(key.getKeyID()).build(), claims.build());
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("a key that could sign cannot any more", e);
        }
        return token.serialize();
    }
}
