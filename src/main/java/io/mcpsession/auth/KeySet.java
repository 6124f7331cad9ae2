package io.mcpsession.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an issuer publishes, key by key: one that cannot be used is left out and the others serve (RFC 7517, section 5).
 *
 * @param usable  can verify signatures
 * @param ignored what was left out and why, for the log; empty when nothing was
 */
record KeySet(JWKSet usable, List<String> ignored) {

    /** Tokens without a key id are tried with every key of their kind. */
    private static final int MOST = 100;
    /** RFC 7518, section 3.3. */
    private static final int LEAST_RSA_BITS = 2048;
    /** Trying a signature takes time that grows with the square of this. */
    private static final int MOST_RSA_BITS = 16_384;

    private static final Set<Curve> CURVES = Set.of(Curve.P_256, Curve.P_384, Curve.P_521);

    KeySet {
        ignored = List.copyOf(ignored);
    }

    /**
     * @throws IOException when it is no key set, or no key of it can be used
     */
    static KeySet of(Map<String, Object> document) throws IOException {
        if (!(document.get("keys") instanceof List<?> published)) {
            throw new IOException("the key set cannot be read");
        }
        List<JWK> usable = new ArrayList<>();
        List<String> ignored = new ArrayList<>();
        for (Object one : published) {
            try {
                if (usable.size() == MOST) {
                    throw new JOSEException("there are " + MOST + " already");
                }
                usable.add(key(one));
            } catch (ParseException | JOSEException | RuntimeException e) {
                ignored.add(name(one) + ": " + (e instanceof JOSEException ? e.getMessage() : "it cannot be read"));
            }
        }
        if (usable.isEmpty()) {
            throw new IOException("the issuer publishes no key that can be used" + (ignored.isEmpty() ? "" : "; "
                    + ignored.getFirst()));
        }
        return new KeySet(new JWKSet(usable), ignored);
    }

    private static String name(Object key) {
        String kid = key instanceof Map<?, ?> members ? String.valueOf(members.get("kid")) : "?";
        return "kid=\"" + kid.substring(0, Math.min(kid.length(), 64)).replace('"', '_') + '"';
    }

    private static JWK key(Object published) throws ParseException, JOSEException {
        if (!(published instanceof Map<?, ?> members)) {
            throw new JOSEException("it is no object");
        }
        @SuppressWarnings("unchecked")
        JWK key = JWK.parse((Map<String, Object>) members);
        if (key.getKeyUse() != null && !KeyUse.SIGNATURE.equals(key.getKeyUse())) {
            throw new JOSEException("its use is not sig");
        }
        if (key.getKeyOperations() != null && !key.getKeyOperations().contains(KeyOperation.VERIFY)) {
            throw new JOSEException("its operations do not include verify");
        }
        if (key instanceof RSAKey rsa && rsa.size() < LEAST_RSA_BITS) {
            throw new JOSEException("it has less than " + LEAST_RSA_BITS + " bits");
        }
        if (key instanceof RSAKey rsa && rsa.size() > MOST_RSA_BITS) {
            throw new JOSEException("it has more than " + MOST_RSA_BITS + " bits");
        }
        verifier(key);
        return key.toPublicJWK();
    }

    /**
     * By the type of the key and not by the word of the token, so that no public key passes for a shared secret.
     *
     * @throws JOSEException for a key that verifies no signature that is accepted: a shared secret, an unknown curve
     */
    static JWSVerifier verifier(JWK key) throws JOSEException {
        return switch (key) {
            case RSAKey rsa -> new RSASSAVerifier(rsa);
            case ECKey ec when CURVES.contains(ec.getCurve()) -> new ECDSAVerifier(ec);
            case OctetKeyPair okp -> new Ed25519JdkVerifier(okp);
            default -> throw new JOSEException("no key of a signature that is accepted");
        };
    }
}
