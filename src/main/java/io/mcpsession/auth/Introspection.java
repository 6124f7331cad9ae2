package io.mcpsession.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.mcpsession.session.SharedQuestions;
import io.mcpsession.session.StoreAllowance;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Asks the issuer about tokens that say nothing themselves (RFC 7662), and remembers the answer for a moment. While a token
 * is used and good, it is asked about again before its answer is too old, and nobody waits for that.
 */
public final class Introspection {

    private static final Logger LOG = System.getLogger(Introspection.class.getName());
    private static final int REMEMBERED = 10_000;
    /** How long a token that was good is known as one. */
    private static final Duration KNOWN = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** After this part of the time that an answer is good for, it is asked for again ... */
    private static final int EARLY = 2;
    /** ... and, when there was none, after this part once more. */
    private static final int AGAIN = 10;
    private static final AuthResult UNKNOWN = new AuthResult.Rejected("unknown token");

    private final AuthConfig.Opaque config;
    private final Claims claims;
    private final Documents documents = new Documents();
    private final IntrospectionTurns turns = new IntrospectionTurns(PATIENCE);
    private final Ticker ticker;
    /** All by digest, so that no token is kept. What is refused does not take the room of what is good. */
    private final Cache<String, Active> active;
    private final Cache<String, Boolean> inactive;
    private final Cache<String, Boolean> known;
    private final SharedQuestions<String, Optional<Active>> questions = new SharedQuestions<>();

    public Introspection(AuthConfig auth, InstantSource clock) {
        this(auth, clock, Ticker.systemTicker());
    }

    Introspection(AuthConfig auth, InstantSource clock, Ticker ticker) {
        this.config = auth.introspection().orElseThrow();
        this.claims = new Claims(auth.resource(), auth.leeway(), clock);
        this.ticker = ticker;
        this.active = remembering(config.cached()).build();
        this.inactive = remembering(config.cached()).build();
        this.known = remembering(KNOWN).build();
    }

    private Caffeine<Object, Object> remembering(Duration time) {
        return Caffeine.newBuilder().maximumSize(REMEMBERED).expireAfterWrite(time).ticker(ticker).executor(Runnable::run);
    }

    /**
     * What the issuer said of a good token.
     *
     * @param askAgain when it is to be asked again, by the ticker
     */
    private record Active(Map<String, Object> claims, AtomicLong askAgain) {
    }

    /** The same for a token that comes from nobody knows where. */
    AuthResult verify(String token) {
        return verify(token, "");
    }

    /**
     * @param address where it comes from; empty when that is not known
     * @throws TooManyUnknownTokensException when too many come from there
     * @throws UncheckableTokenException     when the issuer gave no answer
     */
    AuthResult verify(String token, String address) {
        String digest = TokenSecret.digest(token);
        Active remembered = active.getIfPresent(digest);
        if (remembered != null) {
            askAgain(digest, token, remembered.askAgain());
            return accept(remembered.claims());
        }
        // What the issuer takes is no wait for the store.
        return inactive.getIfPresent(digest) != null ? UNKNOWN : StoreAllowance.apart(() ->
                questions.ask(digest, () -> ask(digest, token, address))).map(it -> accept(it.claims())).orElse(UNKNOWN);
    }

    private AuthResult accept(Map<String, Object> said) {
        return config.issuer().equals(said.getOrDefault("iss", config.issuer()))
                ? claims.accept(config.issuer(), said)
                : new AuthResult.Rejected("the token is of an issuer that is not accepted");
    }

    private void askAgain(String digest, String token, AtomicLong when) {
        long due = when.get();
        if (ticker.read() - due >= 0 && when.compareAndSet(due, ticker.read() + config.cached().toNanos() / AGAIN)) {
            Thread.ofVirtual().name("token-refresh").start(() -> {
                try {
                    questions.ask(digest, () -> ask(digest, token, ""));
                } catch (UncheckableTokenException e) {
                    // The answer before is still good for a while.
                }
            });
        }
    }

    /** The cache's own way to load keeps callers of one token waiting for each other's time-outs, one after the other. */
    private Optional<Active> ask(String digest, String token, String address) {
        Map<String, Object> said = known.getIfPresent(digest) != null
                ? turns.ofKnown(() -> ask(token))
                : turns.ofUnknown(address, () -> ask(token));
        if (!Boolean.TRUE.equals(said.get("active"))) {
            inactive.put(digest, true);
            active.invalidate(digest);
            known.invalidate(digest);
            return Optional.empty();
        }
        Active now = new Active(said, new AtomicLong(ticker.read() + config.cached().toNanos() / EARLY));
        active.put(digest, now);
        known.put(digest, true);
        return Optional.of(now);
    }

    private Map<String, Object> ask(String token) {
        try {
            return documents.fetch(HttpRequest.newBuilder(config.endpoint())
                    .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(
                            (encoded(config.client()) + ":" + encoded(config.secret())).getBytes(UTF_8)))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString("token=" + encoded(token)
                            + "&token_type_hint=access_token")));
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> "token introspection failed reason=" + e.getMessage());
            throw new UncheckableTokenException("the token's issuer gives no answer");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
