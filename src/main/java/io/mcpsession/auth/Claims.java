package io.mcpsession.auth;

import io.mcpsession.session.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a token must say to be good for this server; the same for a JWT and for the answer about an opaque token. */
final class Claims {

    private final String resource;
    private final Duration leeway;
    private final InstantSource clock;

    Claims(String resource, Duration leeway, InstantSource clock) {
        this.resource = resource;
        this.leeway = leeway;
        this.clock = clock;
    }

    /**
     * @param issuer who is known to have issued the token
     * @param said   the claims, which are that issuer's
     */
    AuthResult accept(String issuer, Map<String, Object> said) {
        Instant now = clock.instant();
        Optional<Instant> expires = instant(said.get("exp"));
        if (expires.isEmpty() || !now.isBefore(expires.get().plus(leeway))) {
            return new AuthResult.Rejected(expires.isEmpty() ? "the token never expires" : "the token has expired");
        }
        if (instant(said.get("nbf")).filter(from -> now.plus(leeway).isBefore(from)).isPresent()) {
            return new AuthResult.Rejected("the token is not valid yet");
        }
        // A token for another server must not be of use here, nor one for nobody in particular.
        if (!texts(said.get("aud")).toList().contains(resource)) {
            return new AuthResult.Rejected("the token is for another audience");
        }
        if (!(said.get("sub") instanceof String subject) || subject.isBlank()) {
            return new AuthResult.Rejected("the token speaks for nobody");
        }
        try {
            return new AuthResult.Accepted(new Principal(issuer, subject), client(said), scopes(said));
        } catch (IllegalArgumentException e) {
            return new AuthResult.Rejected("the token names a user that cannot be");
        }
    }

    private static Optional<String> client(Map<String, Object> said) {
        return Stream.of("client_id", "azp").map(said::get)
                .filter(String.class::isInstance).map(String.class::cast)
                .findFirst();
    }

    /** RFC 9068 says {@code scope}; some issuers say {@code scp}, and make it a list. */
    private static Scopes scopes(Map<String, Object> said) {
        return Scopes.parse(Stream.of("scope", "scp").map(said::get).flatMap(Claims::texts)
                .collect(Collectors.joining(" ")));
    }

    private static Stream<String> texts(Object value) {
        return switch (value) {
            case String text -> Stream.of(text);
            case Collection<?> many -> List.copyOf(many).stream().filter(String.class::isInstance)
                    .map(String.class::cast);
            case null, default -> Stream.empty();
        };
    }

    /** Seconds since the epoch as read from JSON, or the date that the library makes of them. */
    private static Optional<Instant> instant(Object value) {
        return switch (value) {
            case Date date -> Optional.of(date.toInstant());
            // What no clock reaches would overflow when the leeway is added.
            case Number seconds -> Optional.of(Instant.ofEpochSecond(
                    Math.clamp(seconds.longValue(), 0L, 253_402_300_799L)));
            case null, default -> Optional.empty();
        };
    }
}
