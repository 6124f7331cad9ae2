package io.mcpsession.auth;

import io.mcpsession.auth.ServiceCaller.Proof;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Who may call the internal socket.
 *
 * @param listed empty when nobody is listed: then whoever can connect may do everything
 */
public record ServiceCallers(List<ServiceCaller> listed) {

    private static final String SCHEME = "Bearer ";

    public ServiceCallers {
        listed = List.copyOf(listed);
    }

    /** Whether everybody may do everything. */
    public boolean isOpen() {
        return listed.isEmpty();
    }

    public boolean haveTokens() {
        return listed.stream().anyMatch(caller -> caller.by() instanceof Proof.Token);
    }

    /**
     * The service that calls. A certificate counts before a token: it says who holds the connection.
     *
     * @param certificate   of the peer, verified; empty when it showed none
     * @param authorization value of the {@code authorization} metadata; empty when absent
     */
    public Optional<ServiceCaller> find(Optional<X509Certificate> certificate, Optional<String> authorization) {
        return certificate.flatMap(shown -> listed.stream().filter(caller -> caller.has(shown)).findFirst())
                .or(() -> authorization.filter(header -> header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                        .flatMap(header -> byToken(header.substring(SCHEME.length()).trim())));
    }

    private Optional<ServiceCaller> byToken(String token) {
        byte[] digest = TokenSecret.digest(token).getBytes(US_ASCII);
        Optional<ServiceCaller> found = Optional.empty();
        for (ServiceCaller caller : listed) {
            if (caller.by() instanceof Proof.Token(String known)
                    && MessageDigest.isEqual(known.getBytes(US_ASCII), digest)) {
                found = Optional.of(caller);
            }
        }
        return found;
    }
}
