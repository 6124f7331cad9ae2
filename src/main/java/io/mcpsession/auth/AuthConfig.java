package io.mcpsession.auth;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whose tokens are accepted, and for what.
 *
 * @param resource      the URL by which clients know the endpoint, which tokens must name as their audience (RFC 8707);
 *                      empty when there is no issuer
 * @param scopes        what every token must grant to be of any use here; may be empty
 * @param anonymous     whether requests without a token are served
 * @param leeway        how far the clocks of issuers may be off
 * @param algorithms    signature algorithms accepted
 * @param issuers       authorization servers whose JWTs are accepted
 * @param introspection the authorization server to ask about opaque tokens
 */
public record AuthConfig(String resource, List<String> scopes, boolean anonymous, Duration leeway,
                         List<String> algorithms, List<Issuer> issuers, Optional<Opaque> introspection) {

    /** API tokens alone. */
    public static final AuthConfig NO_ISSUERS = new AuthConfig("", List.of(), false, Duration.ZERO, List.of(),
            List.of(), Optional.empty());

    /** Authorization servers that clients may get a token from. */
    public List<String> authorizationServers() {
        return Stream.concat(issuers.stream().map(Issuer::name), introspection.stream().map(Opaque::issuer))
                .distinct().toList();
    }

    /**
     * @param name its identifier, exactly as its tokens say it in {@code iss}
     * @param keys where its keys are; found by its metadata when absent
     */
    public record Issuer(String name, Optional<URI> keys) {
    }

    /**
     * @param endpoint of token introspection (RFC 7662)
     * @param issuer   whose tokens they are
     * @param client   name by which this server signs in there
     * @param secret   its secret
     * @param cached   how long an answer is good for
     */
    public record Opaque(URI endpoint, String issuer, String client, String secret, Duration cached) {

        @Override
        public String toString() {
            return "Opaque[endpoint=" + endpoint + ", issuer=" + issuer + ", client=" + client + ", secret="
                    + (secret.isEmpty() ? "unset" : "set") + ", cached=" + cached + "]";
        }
    }
}
