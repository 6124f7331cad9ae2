package io.mcpsession.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Ticker;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SharedQuestions;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Turns a bearer token into a principal. Tokens from configuration are known by heart; tokens from the store are cached
 * for a moment, so that a request costs no second round trip.
 */
public final class TokenAuthenticator implements Authenticator {

    /** A cached token is asked for again in the background after this, so no request waits for it ... */
    private static final Duration REFRESH = Duration.ofSeconds(2);
    /** ... and is forgotten after this, so that a revocation reaches every replica within 5 s. */
    private static final Duration FORGET = Duration.ofSeconds(4);
    private static final int CACHED_TOKENS = 10_000;
    /** How exactly a token's last use is known: a write for each request would double what a request costs Redis. */
    private static final Duration USE = Duration.ofMinutes(1);

    private final Map<String, ApiToken> configured;
    private final LoadingCache<String, Optional<ApiToken>> stored;
    private final SharedQuestions<String, Optional<ApiToken>> questions = new SharedQuestions<>();
    private final InstantSource clock;
    private final TokenStore store;
    private final Executor background;
    /** Ids of tokens whose use was told a moment ago. */
    private final Cache<String, Boolean> told;

    /**
     * @param configured tokens of the configuration, by digest
     */
    public TokenAuthenticator(Map<String, ApiToken> configured, TokenStore store, InstantSource clock) {
        this(configured, store, clock, Ticker.systemTicker(),
                task -> Thread.ofVirtual().name("token-refresh").start(task));
    }

    TokenAuthenticator(Map<String, ApiToken> configured, TokenStore store, InstantSource clock, Ticker ticker,
                       Executor background) {
        this.configured = Map.copyOf(configured);
        this.clock = clock;
        this.store = store;
        this.background = background;
        this.told = Caffeine.newBuilder().maximumSize(CACHED_TOKENS).expireAfterWrite(USE).ticker(ticker)
                .executor(Runnable::run).build();
        this.stored = Caffeine.newBuilder()
                .maximumSize(CACHED_TOKENS)
                .refreshAfterWrite(REFRESH)
                .expireAfterWrite(FORGET)
                .ticker(ticker)
                .executor(background)
                .build(new StoredTokens(store));
    }

    @Override
    public AuthResult authenticate(Optional<String> authorization) {
        if (authorization.isEmpty()) {
            return new AuthResult.Missing();
        }
        return BearerTokens.bearer(authorization.get()).map(this::verify).orElseGet(() ->
                new AuthResult.Rejected("the Authorization header must be: Bearer <token>"));
    }

    /** Whether the token is one of the configuration, which may have any shape. */
    boolean configured(String secret) {
        return configured.containsKey(TokenSecret.digest(secret));
    }

    /**
     * @throws StoreUnavailableException when the token is not cached and the store gave no answer
     */
    AuthResult verify(String secret) {
        String digest = TokenSecret.digest(secret);
        ApiToken known = configured.get(digest);
        if (known != null) {
            return accept(known);
        }
        Optional<ApiToken> found = TokenSecret.wellFormed(secret) ? stored(digest) : Optional.empty();
        AuthResult result = found.map(this::accept).orElseGet(() -> new AuthResult.Rejected("unknown token"));
        if (result instanceof AuthResult.Accepted) {
            found.map(ApiToken::id).ifPresent(this::used);
        }
        return result;
    }

    /** The cache's own way to load would let the callers of one token wait for each other's time-outs. */
    private Optional<ApiToken> stored(String digest) {
        Optional<ApiToken> cached = stored.getIfPresent(digest);
        return cached != null ? cached : questions.ask(digest, () -> {
            Optional<ApiToken> found = store.find(digest);
            stored.put(digest, found);
            return found;
        });
    }

    /** No request waits for this, and nobody is the worse off when it fails. */
    private void used(String id) {
        if (told.asMap().putIfAbsent(id, true) == null) {
            Instant now = clock.instant();
            background.execute(() -> {
                try {
                    store.used(id, now);
                } catch (StoreUnavailableException e) {
                    told.invalidate(id);
                }
            });
        }
    }

    private AuthResult accept(ApiToken token) {
        return token.expiredAt(clock.instant())
                ? new AuthResult.Rejected("the token has expired")
                : new AuthResult.Accepted(Principal.ofSubject(token.subject()), Optional.empty(), token.scopes());
    }

    private record StoredTokens(TokenStore store) implements CacheLoader<String, Optional<ApiToken>> {

        @Override
        public Optional<ApiToken> load(String digest) {
            return store.find(digest);
        }

        @Override
        public CompletableFuture<Optional<ApiToken>> asyncReload(String digest, Optional<ApiToken> old,
                                                                 Executor background) {
            var reloaded = new CompletableFuture<Optional<ApiToken>>();
            background.execute(() -> {
                try {
                    reloaded.complete(load(digest));
                } catch (StoreUnavailableException e) {
                    // Caffeine logs any other failure, with its stack trace, for each token in use every two seconds.
                    reloaded.cancel(false);
                } catch (RuntimeException e) {
                    reloaded.completeExceptionally(e);
                }
            });
            return reloaded;
        }
    }
}
