package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcpclient.UnreachableException.Reach;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;

/** Which eras a server serves, found out by asking it and remembered. */
final class Eras {

    /** How long a probe waits: servers that do not know it may never answer it. */
    private static final Duration PROBE = Duration.ofSeconds(3);
    /** How long a server that opened no session is spoken to statelessly before it is tried again. */
    private static final Duration UNCERTAIN = Duration.ofMinutes(1);
    private static final int UNSUPPORTED_VERSION = -32022;

    private final PeerConfig.EraChoice choice;
    private final Function<Map<String, String>, JsonObject> discover;
    private final Predicate<Map<String, String>> opens;
    /** Null while nobody knows. */
    private volatile Boolean stateless;
    /** Whether it opens sessions beside serving the stateless era; null while nobody knows. */
    private volatile Boolean sessions;
    /** By {@link System#nanoTime}; what a server in trouble answered may not hold for long. */
    private volatile long askAgain;

    /**
     * @param discover asks as a stateless client does
     * @param opens    whether a session can be opened
     */
    Eras(PeerConfig.EraChoice choice, Function<Map<String, String>, JsonObject> discover,
         Predicate<Map<String, String>> opens) {
        this.choice = choice;
        this.discover = discover;
        this.opens = opens;
    }

    boolean stateless(Map<String, String> headers) {
        return switch (choice) {
            case STATELESS -> true;
            case SESSION -> false;
            case AUTO -> {
                Boolean known = stateless;
                if (known == null) {
                    Optional<Boolean> found = probe(headers);
                    // Where it is not certain, a session that opens tells.
                    found.ifPresent(it -> stateless = it);
                    known = found.orElse(false);
                }
                yield known;
            }
        };
    }

    /** Whether a server that serves the stateless era opens sessions too. It need not say so: it is tried. */
    boolean sessionsToo(Map<String, String> headers) {
        if (choice == PeerConfig.EraChoice.STATELESS) {
            return false;
        }
        Boolean known = sessions;
        if (known == null || !known && System.nanoTime() - askAgain >= 0) {
            known = asked("session-probe", () -> opens.test(headers)).orElse(false);
            askAgain = System.nanoTime() + UNCERTAIN.toNanos();
            sessions = known;
        }
        return known;
    }

    /** A session was opened, which settles what a probe left open. */
    void sessionOpened() {
        if (stateless == null) {
            stateless = false;
        }
    }

    void forget() {
        stateless = null;
        sessions = null;
    }

    /**
     * Asks as a client of both eras does: "anything else identifies a legacy server" (2026-07-28, Versioning, Dual-Era
     * Clients), also a server that fails or hangs at what it does not know.
     *
     * @return empty when the answer is one that a server of either era may give in trouble
     */
    private Optional<Boolean> probe(Map<String, String> headers) {
        return asked("era-probe", () -> names(discover.apply(headers).get("supportedVersions")));
    }

    /** What a probe finds out, which a server may never answer. */
    private static Optional<Boolean> asked(String name, Callable<Boolean> probe) {
        FutureTask<Boolean> answer = new FutureTask<>(probe);
        Thread.ofVirtual().name(name).start(answer);
        try {
            return Optional.of(answer.get(PROBE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            return failed(e.getCause());
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException();
        } finally {
            answer.cancel(true);
        }
    }

    private static Optional<Boolean> failed(Throwable failure) {
        return switch (failure) {
            case RpcException e -> Optional.of(e.error().code() == UNSUPPORTED_VERSION
                    && e.error().data().orElse(JsonValue.NULL) instanceof JsonObject data
                    && names(data.get("supported")));
            // Neither era can be spoken with it now.
            case UnreachableException e when e.status() == 0 && e.reach() == Reach.NOT_SENT -> throw e;
            case UnreachableException e when Set.of(401, 403, 429).contains(e.status()) -> throw e;
            case UnreachableException e when e.status() / 100 == 4 -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static boolean names(JsonValue versions) {
        return versions instanceof JsonArray array && array.stream()
                .anyMatch(it -> it instanceof JsonString text && text.getString().equals(McpPeer.STATELESS_VERSION));
    }
}
