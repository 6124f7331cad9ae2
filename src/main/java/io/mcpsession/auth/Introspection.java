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
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.Semaphore;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Asks the issuer about tokens that say nothing themselves (RFC 7662), and remembers the answer for a moment.
 */
public final class Introspection {

    private static final Logger LOG = System.getLogger(Introspection.class.getName());
    private static final int REMEMBERED = 10_000;
    /** Anybody can send tokens that are none; the issuer is not to be asked about all of them at once. */
    private static final int MOST_AT_ONCE = 32;
    private static final Map<String, Object> INACTIVE = Map.of();

    private final AuthConfig.Opaque config;
    private final Claims claims;
    private final Documents documents = new Documents();
    private final Semaphore permits = new Semaphore(MOST_AT_ONCE);
    /** By digest, so that no token is kept. */
    private final Cache<String, Map<String, Object>> answers;
    private final SharedQuestions<String, Map<String, Object>> questions = new SharedQuestions<>();

    public Introspection(AuthConfig auth, InstantSource clock) {
        this(auth, clock, Ticker.systemTicker());
    }

    Introspection(AuthConfig auth, InstantSource clock, Ticker ticker) {
        this.config = auth.introspection().orElseThrow();
        this.claims = new Claims(auth.resource(), auth.leeway(), clock);
        this.answers = Caffeine.newBuilder()
                .maximumSize(REMEMBERED)
                .expireAfterWrite(config.cached())
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /**
     * @throws UncheckableTokenException when the issuer gave no answer
     */
    AuthResult verify(String token) {
        Map<String, Object> said = said(token);
        if (said.isEmpty()) {
            return new AuthResult.Rejected("unknown token");
        }
        return config.issuer().equals(said.getOrDefault("iss", config.issuer()))
                ? claims.accept(config.issuer(), said)
                : new AuthResult.Rejected("the token is of an issuer that is not accepted");
    }

    /** The cache's own way to load keeps callers of one token waiting for each other's time-outs, one after the other. */
    private Map<String, Object> said(String token) {
        String digest = TokenSecret.digest(token);
        Map<String, Object> known = answers.getIfPresent(digest);
        // What the issuer takes is no wait for the store.
        return known != null ? known : StoreAllowance.apart(() -> questions.ask(digest, () -> {
            Map<String, Object> said = ask(token);
            answers.put(digest, said);
            return said;
        }));
    }

    private Map<String, Object> ask(String token) {
        if (!permits.tryAcquire()) {
            throw new UncheckableTokenException("too many tokens to ask about");
        }
        try {
            Map<String, Object> said = documents.fetch(HttpRequest.newBuilder(config.endpoint())
                    .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(
                            (encoded(config.client()) + ":" + encoded(config.secret())).getBytes(UTF_8)))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString("token=" + encoded(token)
                            + "&token_type_hint=access_token")));
            return Boolean.TRUE.equals(said.get("active")) ? said : INACTIVE;
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> "token introspection failed reason=" + e.getMessage());
            throw new UncheckableTokenException("the token's issuer gives no answer");
        } finally {
            permits.release();
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
