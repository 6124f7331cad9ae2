package io.mcpsession.upstream;

import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.Notifications;
import io.mcpsession.mcp.SessionOutbox;
import io.mcpsession.mcpclient.Incoming;
import io.mcpsession.mcpclient.InterruptedCallException;
import io.mcpsession.mcpclient.McpPeer;
import io.mcpsession.mcpclient.SessionLostException;
import io.mcpsession.mcpclient.StreamPlace;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * What a server says in one session outside of calls, on the session's GET stream. Questions and log messages go to the
 * newest call that runs in the session here, because its client surely listens to that; without one, and for all else,
 * to the client's own stream of server messages.
 */
final class SessionStream implements Incoming, Runnable {

    private static final Logger LOG = System.getLogger(SessionStream.class.getName());

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 15_000;
    /** A stream that lived longer than this was a good one. */
    private static final Duration GOOD = Duration.ofSeconds(5);
    /** How long the stream must have been silent before a call counts as told all, and how long that is waited for. */
    private static final Duration SILENCE = Duration.ofMillis(20);
    private static final Duration LONGEST_WAIT_FOR_SILENCE = Duration.ofMillis(200);

    private final SessionStreams all;
    private final McpPeer peer;
    private final StreamTarget target;
    private final Incoming others;
    private final SessionOutbox clients;
    private final WarnOnce warnings;
    private final CountDownLatch head = new CountDownLatch(1);
    /** Calls that run in the session, newest first. */
    private final Deque<PassThrough> calls = new ArrayDeque<>();
    /** Of those the ones that something of this stream went to, each with when it last did; guarded like them. */
    private final Map<PassThrough, Long> reached = new HashMap<>();
    private final StreamPlace place = new StreamPlace();
    private volatile Thread thread;
    private volatile boolean stopped;
    /** Guarded by {@link SessionStreams}. */
    int holders;
    /** Counts how often nobody held it any more; guarded like the other. */
    long idle;

    /**
     * @param others hears what concerns more than this session, such as that a list changed
     */
    SessionStream(SessionStreams all, McpPeer peer, StreamTarget target, Incoming others, SessionOutbox clients,
                  WarnOnce warnings) {
        this.all = all;
        this.peer = peer;
        this.target = target;
        this.others = others;
        this.clients = clients;
        this.warnings = warnings;
    }

    String id() {
        return target.session().id();
    }

    boolean isOf(String user) {
        return target.user().equals(user);
    }

    /** Whether the session outlives the call it was opened for. */
    boolean lasts() {
        return target.own().isPresent();
    }

    void enter(PassThrough call) {
        synchronized (calls) {
            calls.addFirst(call);
        }
    }

    /**
     * The answer of a call comes on a connection of its own, and may overtake what the server said here before it: a call
     * that was spoken to here waits a moment for the rest.
     */
    void leave(PassThrough call) {
        long answered = System.nanoTime();
        long wait = untilSilent(call, answered);
        while (wait > 0 && System.nanoTime() - answered < LONGEST_WAIT_FOR_SILENCE.toNanos()
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(wait);
            wait = untilSilent(call, answered);
        }
        synchronized (calls) {
            calls.remove(call);
            reached.remove(call);
        }
    }

    private long untilSilent(PassThrough call, long answered) {
        synchronized (calls) {
            Long last = reached.get(call);
            return last == null ? 0 : SILENCE.toNanos() - (System.nanoTime() - Math.max(last, answered));
        }
    }

    private Optional<PassThrough> newest(Predicate<PassThrough> fit) {
        synchronized (calls) {
            Optional<PassThrough> found = calls.stream().filter(fit).findFirst();
            found.ifPresent(call -> reached.put(call, System.nanoTime()));
            return found;
        }
    }

    /** Whether it was there in time, or it is known that it will not be. */
    boolean awaitHead(Duration patience) {
        try {
            return head.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Opens the stream again and again, until it is stopped or the session is lost. */
    @Override
    public void run() {
        thread = Thread.currentThread();
        long pause = FIRST_PAUSE_MILLIS;
        try {
            while (!stopped) {
                long begun = System.nanoTime();
                boolean whole = once();
                pause = System.nanoTime() - begun > GOOD.toNanos()
                        ? FIRST_PAUSE_MILLIS
                        : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
                if (!stopped) {
                    Thread.sleep(Math.max(pause, whole ? place.retry().toMillis() : 0));
                }
            }
        } catch (InterruptedException | InterruptedCallException e) {
            // It was stopped.
        } catch (SessionLostException e) {
            LOG.log(Level.DEBUG, "a session of another server is gone, and its stream with it");
        } finally {
            head.countDown();
            all.ended(this);
        }
    }

    /** Whether the server ended the stream, and so may want a client to wait before it comes back. */
    private boolean once() {
        try {
            if (!peer.follow(target.headers().get(), target.session(), place, head::countDown, this)) {
                all.none();
                stopped = true;
            }
            return true;
        } catch (InterruptedCallException | SessionLostException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, () -> "a stream of another server broke: " + e.getMessage());
            return false;
        }
    }

    void stop() {
        stopped = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public void notification(String method, JsonObject params) {
        try {
            switch (method) {
                case "notifications/progress" -> toCall(call -> call.isFor(params.get("progressToken")), method, params);
                case Notifications.MESSAGE, "notifications/elicitation/complete" -> toCall(_ -> true, method, params);
                case "notifications/resources/updated" -> updated(method, params);
                default -> others.notification(method, params);
            }
        } catch (InterruptedCallException e) {
            throw e;
        } catch (RuntimeException e) {
            // The call it was for is over, or the client gone: the stream goes on for the others.
            LOG.log(Level.DEBUG, () -> method + " of another server reaches nobody: " + e.getMessage());
        }
    }

    private void toCall(Predicate<PassThrough> fit, String method, JsonObject params) {
        newest(fit).ifPresentOrElse(call -> call.notification(method, params), () -> toClient(method, params));
    }

    private void updated(String method, JsonObject params) {
        if (target.own().isPresent() && params.get("uri") instanceof JsonString) {
            toClient(method, params);
        } else {
            others.notification(method, params);
        }
    }

    private void toClient(String method, JsonObject params) {
        target.own().ifPresent(session -> {
            if (!clients.send(session, method, params)) {
                warnings.warn("left out " + method + " outside of a call: it has more than " + SessionOutbox.LONGEST
                        + " characters");
            }
        });
    }

    @Override
    public JsonObject question(String method, JsonObject params) {
        Optional<PassThrough> call = newest(PassThrough::canAsk);
        if (call.isPresent()) {
            return call.get().questionOutsideOfCall(method, params);
        }
        SessionId session = target.own().orElseThrow(() -> RpcException.methodNotFound(method));
        try {
            return clients.ask(target.user(), session, ClientRequests.relayed(target.declared(), method, params));
        } catch (ClientRefusedException e) {
            throw new RpcException(e.error());
        }
    }
}
