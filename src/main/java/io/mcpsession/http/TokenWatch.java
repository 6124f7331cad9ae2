package io.mcpsession.http;

import io.mcpsession.auth.AuthResult;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.UncheckableTokenException;
import io.mcpsession.session.Principal;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Ends event streams whose token has expired or was revoked since they were opened. A token is looked at as for a request,
 * again and again, so that a stream ends when a request would be refused, and a few seconds later at most.
 */
public final class TokenWatch implements AutoCloseable {

    /** As long as answers about API tokens are kept, so that each look finds out anew. */
    private static final Duration EVERY = Duration.ofSeconds(4);
    /** Looks that may wait for Redis or an issuer at a time. */
    private static final int AT_ONCE = 16;

    private final Authenticator authenticator;
    private final Set<Watched> streams = ConcurrentHashMap.newKeySet();
    private final Semaphore looks = new Semaphore(AT_ONCE);
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1,
            task -> Thread.ofPlatform().name("stream-tokens").daemon().unstarted(task));

    public TokenWatch(Authenticator authenticator) {
        this(authenticator, EVERY);
    }

    TokenWatch(Authenticator authenticator, Duration every) {
        this.authenticator = authenticator;
        timer.scheduleWithFixedDelay(this::look, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** By what a caller has come in. Says nothing of itself, because it holds the token. */
    private static final class Credential {

        private final Optional<String> authorization;
        private final Principal principal;

        Credential(Optional<String> authorization, Principal principal) {
            this.authorization = authorization;
            this.principal = principal;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Credential it && authorization.equals(it.authorization)
                    && principal.equals(it.principal);
        }

        @Override
        public int hashCode() {
            return authorization.hashCode();
        }
    }

    /** A stream, each of which is one of its own. */
    private static final class Watched {

        private final Credential credential;
        private final Runnable end;

        Watched(Credential credential, Runnable end) {
            this.credential = credential;
            this.end = end;
        }
    }

    /** The token of one request, for the streams that answer it. */
    @FunctionalInterface
    interface Held {

        /**
         * @param end told, maybe more than once, when the token is no longer good; must not block
         */
        Watch watch(Runnable end);
    }

    /** Ends with the stream. */
    @FunctionalInterface
    interface Watch extends AutoCloseable {

        @Override
        void close();
    }

    /**
     * @param authorization the header that was found good ...
     * @param principal     ... and who sent it
     */
    Held held(Optional<String> authorization, Principal principal) {
        Credential credential = new Credential(authorization, principal);
        return end -> {
            Watched stream = new Watched(credential, end);
            streams.add(stream);
            return () -> streams.remove(stream);
        };
    }

    /** Looks at each token once, however many streams there are of it. */
    private void look() {
        Map<Credential, List<Watched>> held = streams.stream().collect(Collectors.groupingBy(it -> it.credential));
        held.forEach((credential, opened) -> {
            looks.acquireUninterruptibly();
            Thread.ofVirtual().name("stream-token").start(() -> {
                try {
                    if (!isGood(credential)) {
                        opened.forEach(it -> it.end.run());
                    }
                } finally {
                    looks.release();
                }
            });
        });
    }

    private boolean isGood(Credential credential) {
        try {
            return authenticator.authenticate(credential.authorization) instanceof AuthResult.Accepted now
                    && now.principal().equals(credential.principal);
        } catch (UncheckableTokenException | StoreUnavailableException e) {
            // That says nothing of the token; the next look may.
            return true;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
