package io.mcpsession.auth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The keys of one issuer. Fetched again in the background while they are in use, and at once for a key that is not
 * among them, but never more often than every few seconds: tokens are free to forge, fetches are not.
 */
final class IssuerKeys {

    /** A key that its issuer withdraws is no longer good after this. */
    static final Duration FRESH = Duration.ofMinutes(5);
    /** While the issuer cannot be reached, its keys are good for this long. */
    static final Duration STALE = Duration.ofHours(24);
    static final Duration BETWEEN_FETCHES = Duration.ofSeconds(5);

    private static final Logger LOG = System.getLogger(IssuerKeys.class.getName());

    private final AuthConfig.Issuer issuer;
    private final Discovery discovery;
    private final Documents documents;
    private final InstantSource clock;
    private final Executor background;
    private final ReentrantLock fetching = new ReentrantLock();
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private volatile Held held = new Held(new JWKSet(), Instant.MIN);
    private volatile Attempt last = new Attempt(Instant.MIN, false);
    private Optional<URI> found = Optional.empty();
    /** As the log has it already. */
    private List<String> ignored = List.of();

    private record Held(JWKSet keys, Instant since) {
    }

    private record Attempt(Instant at, boolean succeeded) {
    }

    /**
     * @param clock for durations alone; see {@link io.mcpsession.session.SteadyClock}
     */
    IssuerKeys(AuthConfig.Issuer issuer, Documents documents, InstantSource clock, Executor background) {
        this.issuer = issuer;
        this.discovery = new Discovery(documents);
        this.documents = documents;
        this.clock = clock;
        this.background = background;
    }

    /**
     * The keys that may have signed a token with this header; empty when the issuer has none.
     *
     * @throws UncheckableTokenException when that could not be found out
     */
    List<JWK> matching(JWSHeader header) {
        JWKSelector selector = new JWKSelector(JWKMatcher.forJWSHeader(header));
        Attempt seen = last;
        if (olderThan(STALE, held.since())) {
            fetch(seen);
            if (olderThan(STALE, held.since())) {
                throw unreachable();
            }
        } else if (olderThan(FRESH, held.since())) {
            refresh();
        }
        List<JWK> keys = selector.select(held.keys());
        if (keys.isEmpty()) {
            // The issuer may have a new key.
            fetch(seen);
            keys = selector.select(held.keys());
        }
        if (keys.isEmpty() && !last.succeeded()) {
            throw unreachable();
        }
        return keys;
    }

    private static UncheckableTokenException unreachable() {
        return new UncheckableTokenException("the keys of the token's issuer cannot be had");
    }

    /** Fetches again without making anybody wait. */
    void refresh() {
        if (olderThan(BETWEEN_FETCHES, last.at()) && refreshing.compareAndSet(false, true)) {
            Attempt seen = last;
            background.execute(() -> {
                try {
                    fetch(seen);
                } finally {
                    refreshing.set(false);
                }
            });
        }
    }

    /** Whoever comes while a fetch is under way waits for that one, and makes no other. */
    private void fetch(Attempt seen) {
        if (!olderThan(BETWEEN_FETCHES, seen.at())) {
            return;
        }
        fetching.lock();
        try {
            if (last == seen) {
                last = new Attempt(clock.instant(), fetched());
            }
        } finally {
            fetching.unlock();
        }
    }

    private boolean fetched() {
        try {
            if (issuer.keys().isEmpty() && found.isEmpty()) {
                found = Optional.of(discovery.keysOf(issuer.name()));
            }
            KeySet keys = KeySet.of(documents.get(issuer.keys().or(() -> found).orElseThrow()));
            if (!keys.ignored().equals(ignored)) {
                ignored = keys.ignored();
                ignored.forEach(what -> LOG.log(Level.WARNING, "a key is ignored issuer=" + issuer.name() + " " + what));
            }
            held = new Held(keys.usable(), clock.instant());
            return true;
        } catch (IOException | RuntimeException e) {
            // It may have moved.
            found = Optional.empty();
            LOG.log(Level.WARNING, () -> "keys not fetched issuer=" + issuer.name() + " reason=" + e.getMessage());
            return false;
        }
    }

    private boolean olderThan(Duration age, Instant at) {
        // Instant.MIN stands for never, and has no distance that a duration could hold.
        return at.equals(Instant.MIN) || Duration.between(at, clock.instant()).compareTo(age) >= 0;
    }
}
