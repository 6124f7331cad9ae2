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
import java.util.stream.Collectors;

/**
 * Turns a bearer token into a principal. Tokens from configuration are known by heart; tokens from the store are cached
 * for a moment, so that a request costs no second round trip.
 */
public final class TokenAuthenticator implements Authenticator {

    /** A cached token is asked for again in the background after this, so no request waits for it ... */
    private static final Duration REFRESH = Duration.ofSeconds(2);
    /** ... and is forgotten after this, so that a revocation reaches every replica within 5 s. */
    private static final Duration FORGET = Duration.ofSeconds(4);
    private static final AuthResult UNKNOWN = new AuthResult.Rejected("unknown token");
    private static final AuthResult EXPIRED = new AuthResult.Rejected("the token has expired");
    private static final int CACHED_TOKENS = 10_000;
    /** How exactly a token's last use is known: a write for each request would double what a request costs Redis. */
    private static final Duration USE = Duration.ofMinutes(1);

    private final Map<String, Known> configured;
    private final StoredTokens tokens;
    private final LoadingCache<String, Optional<Known>> stored;
    private final SharedQuestions<String, Optional<Known>> questions = new SharedQuestions<>();
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
        this.configured = configured.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> Known.of(entry.getValue())));
        this.clock = clock;
        this.store = store;
        this.tokens = new StoredTokens(store);
        this.background = background;
        this.told = Caffeine.newBuilder().maximumSize(CACHED_TOKENS).expireAfterWrite(USE).ticker(ticker)
                .executor(Runnable::run).build();
        this.stored = Caffeine.newBuilder()
                .maximumSize(CACHED_TOKENS)
                .refreshAfterWrite(REFRESH)
                .expireAfterWrite(FORGET)
                .ticker(ticker)
                .executor(background)
                .build(tokens);
    }

    @Override
    public AuthResult authenticate(Optional<String> authorization) {
        if (authorization.isEmpty()) {
            return new AuthResult.Missing();
        }
        return BearerTokens.bearer(authorization.get()).map(this::verify).orElseGet(() ->
                new AuthResult.Rejected("the Authorization header must be: Bearer <token>"));
    }

    /** A token, and what whoever sends it is answered while it is good: made once, not for each request. */
    private record Known(ApiToken token, AuthResult.Accepted accepted) {

        static Known of(ApiToken token) {
            return new Known(token, new AuthResult.Accepted(Principal.ofSubject(token.subject()), Optional.empty(),
                    token.scopes()));
        }
    }

    /** What a token is worth if it is one of the configuration, which may have any shape. */
    Optional<AuthResult> configured(String secret) {
        return configuredUnder(TokenSecret.digest(secret));
    }

    private Optional<AuthResult> configuredUnder(String digest) {
        return Optional.ofNullable(configured.get(digest)).map(this::unlessExpired);
    }

    /**
     * @throws StoreUnavailableException when the token is not cached and the store gave no answer
     */
    AuthResult verify(String secret) {
        String digest = TokenSecret.digest(secret);
        return configuredUnder(digest).orElseGet(() -> TokenSecret.wellFormed(secret)
                ? stored(digest).map(this::ofUse).orElse(UNKNOWN)
                : UNKNOWN);
    }

    private AuthResult ofUse(Known known) {
        AuthResult result = unlessExpired(known);
        if (result instanceof AuthResult.Accepted) {
            used(known.token.id());
        }
        return result;
    }

    /** The cache's own way to load would let the callers of one token wait for each other's time-outs. */
    private Optional<Known> stored(String digest) {
        Optional<Known> cached = stored.getIfPresent(digest);
        return cached != null ? cached : questions.ask(digest, () -> {
            Optional<Known> found = tokens.load(digest);
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

    private AuthResult unlessExpired(Known known) {
        return known.token.expiredAt(clock.instant()) ? EXPIRED : known.accepted;
    }

    private record StoredTokens(TokenStore store) implements CacheLoader<String, Optional<Known>> {

        @Override
        public Optional<Known> load(String digest) {
            return store.find(digest).map(Known::of);
        }

        @Override
        public CompletableFuture<Optional<Known>> asyncReload(String digest, Optional<Known> old, Executor background) {
            var reloaded = new CompletableFuture<Optional<Known>>();
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
