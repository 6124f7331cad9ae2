package io.mcpsession.auth;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/**
 * A service that may call the internal socket, and how it proves who it is.
 *
 * @param name for logs
 * @param by   what only this service has
 */
public record ServiceCaller(String name, ServiceRole role, Proof by) {

    /** What a service proves itself by. */
    public sealed interface Proof {

        /** A certificate with this URI as alternative name, such as a SPIFFE id. */
        record Spiffe(String uri) implements Proof {
        }

        /** A certificate with this subject. */
        record Subject(X500Principal name) implements Proof {
        }

        /**
         * A token.
         *
         * @param digest as {@link TokenSecret#digest} makes it
         */
        record Token(String digest) implements Proof {
        }
    }

    /** Whether a verified certificate is this service's. */
    boolean has(X509Certificate certificate) {
        return switch (by) {
            case Proof.Spiffe(String uri) -> uris(certificate).contains(uri);
            case Proof.Subject(X500Principal name) -> name.equals(certificate.getSubjectX500Principal());
            case Proof.Token _ -> false;
        };
    }

    private static List<String> uris(X509Certificate certificate) {
        try {
            // Kind 6 of RFC 5280, 4.2.1.6: a URI.
            return Optional.ofNullable(certificate.getSubjectAlternativeNames()).stream()
                    .flatMap(Collection::stream)
                    .filter(name -> name.getFirst().equals(6))
                    .map(name -> String.valueOf(name.getLast()))
                    .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }
}
