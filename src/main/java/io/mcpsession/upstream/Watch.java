package io.mcpsession.upstream;

import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Subscriber;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.limit.Deadlines;
import io.mcpsession.limit.Deadlines.Deadline;
import io.mcpsession.mcpclient.Incoming;
import io.mcpsession.mcpclient.UnreachableException;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Keeps an eye on one server: asks for its lists now and then, when it says they changed, and when it comes back. */
final class Watch implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Watch.class.getName());

    /** How often a server that is away is tried. */
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** Longest wait until a resource is watched. */
    private static final Duration WATCHING = Duration.ofSeconds(2);
    /** How long a stop waits for a server to end this replica's session. */
    private static final Duration GOODBYE = Duration.ofMillis(500);
    private static final Duration SETTLED = Duration.ofMillis(50);
    /** Longest time for all lists. */
    private static final Duration LISTING = Duration.ofSeconds(10);
    /** A stream that ends sooner than this is not opened again at once. */
    private static final Duration SHORT = Duration.ofSeconds(5);

    private final UpstreamConfig config;
    private final Lister lister;
    private final Deadlines deadlines;
    private final Gate gate;
    private final Runnable gone;
    private final Consumer<Set<Kind>> changed;
    private final Changes changes;
    private final WarnOnce warnings;
    private final Set<Kind> told = ConcurrentHashMap.newKeySet();
    private final Semaphore signal = new Semaphore(0);
    private final CountDownLatch first = new CountDownLatch(1);
    private final Thread thread;
    private volatile Thread follower;
    /** Counted down when a stream of news has begun. */
    private volatile CountDownLatch acknowledged = new CountDownLatch(1);
    /** Resources that the server has promised to tell of on that stream. */
    private volatile Set<String> honoured = Set.of();
    private volatile Lists lists = Lists.EMPTY;
    private volatile boolean reachable;
    private volatile boolean closed;
    private volatile long followAgain;

    /**
     * @param gone    told when it went away
     * @param changed told when its lists or its reachability changed, and which lists it says that it changed
     * @param warnings told what cannot be read of its lists
     */
    Watch(UpstreamConfig config, Lister lister, Deadlines deadlines, Gate gate, Runnable gone,
          Consumer<Set<Kind>> changed, Changes changes, WarnOnce warnings) {
        this.config = config;
        this.lister = lister;
        this.deadlines = deadlines;
        this.gate = gate;
        this.gone = gone;
        this.changed = changed;
        this.changes = changes;
        this.warnings = warnings;
        this.thread = Thread.ofVirtual().name("upstream-" + config.name()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void awaitFirst(long nanos) {
        try {
            first.await(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Something is not as it was. */
    void lookNow() {
        signal.release();
    }

    Lists lists() {
        return lists;
    }

    boolean reachable() {
        return reachable;
    }

    /** What the server says outside of calls, or in the middle of one that it has nothing to do with. */
    Incoming news() {
        return new Incoming() {
            @Override
            public void notification(String method, JsonObject params) {
                Kind.of(method).ifPresent(kind -> {
                    told.add(kind);
                    signal.release();
                });
                if (method.equals("notifications/subscriptions/acknowledged")) {
                    honoured = uris(params);
                    acknowledged.countDown();
                } else if (method.equals("notifications/resources/updated")
                        && params.get("uri") instanceof JsonString uri) {
                    changes.resourceUpdated(uri.getString());
                }
            }

            @Override
            public JsonObject question(String method, JsonObject params) {
                throw RpcException.methodNotFound(method);
            }
        };
    }

    private static Set<String> uris(JsonObject acknowledgement) {
        return acknowledgement.get("notifications") instanceof JsonObject notifications
                && notifications.get("resourceSubscriptions") instanceof JsonArray uris
                ? uris.stream().filter(JsonString.class::isInstance).map(it -> ((JsonString) it).getString())
                        .collect(Collectors.toUnmodifiableSet())
                : Set.of();
    }

    /**
     * Somebody wants to hear of a resource. Waits a moment, so that no change after this is missed.
     *
     * @return whether the server will tell
     */
    boolean watch(String uri, Subscriber subscriber) {
        try (Deadline _ = deadlines.start(WATCHING)) {
            return switch (lister.watch(uri, subscriber)) {
                case TOLD -> true;
                case REFUSED -> false;
                case WITH_THE_NEXT_STREAM -> {
                    followAnew();
                    yield lister.keep(uri, honoured.contains(uri));
                }
            };
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, () -> "upstream " + config.name() + " cannot be watched: " + e.getMessage());
            return false;
        }
    }

    /** Whether the user of a subscriber hears of as much as it may. */
    boolean isFull(Subscriber subscriber) {
        return lister.isFull(subscriber);
    }

    /** Somebody wants to hear of these alone. */
    void retain(Subscriber subscriber, Set<String> uris) {
        lister.retain(subscriber, uris);
    }

    /** What it says of how to use it; empty when it says nothing. */
    String instructions() {
        return lister.instructions();
    }

    /** Whether it says that it tells when resources change; true while that is not known. */
    boolean subscribable() {
        return lister.subscribable();
    }

    private void followAnew() {
        CountDownLatch heard = new CountDownLatch(1);
        Thread before;
        synchronized (this) {
            acknowledged = heard;
            before = follower;
            follower = Thread.ofVirtual().name("upstream-news-" + config.name()).start(this::hear);
        }
        try {
            heard.await(WATCHING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (before != null) {
            before.interrupt();
        }
    }

    private void run() {
        while (!closed) {
            look();
            first.countDown();
            try {
                if (signal.tryAcquire((reachable ? config.refresh() : RETRY).toMillis(), TimeUnit.MILLISECONDS)) {
                    // One look answers all who ask for one at about this time.
                    Thread.sleep(SETTLED);
                    signal.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void look() {
        try (Deadline deadline = deadlines.start(LISTING)) {
            try {
                seen(lister.read(lists, warnings::warn));
            } catch (RuntimeException e) {
                if (!closed) {
                    missed(deadline.passed() ? "no answer within " + LISTING.toSeconds() + " s" : why(e));
                }
            }
        }
    }

    private static String why(RuntimeException failure) {
        return failure instanceof UnreachableException unreachable ? unreachable.logged() : failure.getMessage();
    }

    private void seen(Lists now) {
        Set<Kind> said = take();
        if (!reachable) {
            // Not at every look: a server may answer lists, and hang at calls.
            gate.open();
        }
        boolean news = !reachable || !said.isEmpty() || !now.equals(lists);
        if (!reachable) {
            LOG.log(Level.INFO, () -> "upstream " + config.name() + " is there: tools=" + now.tools().size()
                    + " resources=" + now.resources().size() + " templates=" + now.templates().size()
                    + " prompts=" + now.prompts().size());
        }
        lists = now;
        reachable = true;
        if (news) {
            changed.accept(said);
        }
        follow();
    }

    /** The lists the server says it changed since the last look. */
    private Set<Kind> take() {
        Set<Kind> said = EnumSet.noneOf(Kind.class);
        for (Kind kind : Kind.values()) {
            if (told.remove(kind)) {
                said.add(kind);
            }
        }
        return said;
    }

    private void missed(String why) {
        gate.failed();
        gone.run();
        lister.forget();
        if (reachable || first.getCount() > 0) {
            reachable = false;
            LOG.log(Level.WARNING, () -> "upstream " + config.name() + " is away: " + WarnOnce.printable(why));
            changed.accept(Set.of());
        }
    }

    private synchronized void follow() {
        Thread current = follower;
        if ((current == null || !current.isAlive()) && System.nanoTime() - followAgain >= 0 && !closed) {
            follower = Thread.ofVirtual().name("upstream-news-" + config.name()).start(this::hear);
        }
    }

    private void hear() {
        long begin = System.nanoTime();
        followAgain = begin;
        try {
            if (!lister.follow(news())) {
                followAgain = begin + config.refresh().multipliedBy(10).toNanos();
                return;
            }
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, () -> "the stream of upstream " + config.name() + " ended: " + e.getMessage());
        }
        if (Thread.currentThread() != follower) {
            // Another has taken its place.
            return;
        }
        if (System.nanoTime() - begin < SHORT.toNanos()) {
            followAgain = System.nanoTime() + SHORT.toNanos();
        }
        if (!closed) {
            // It ends when the server does: look at once.
            signal.release();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        Thread current = follower;
        if (current != null) {
            current.interrupt();
        }
        try {
            lister.end().get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.DEBUG, () -> "the session at upstream " + config.name() + " is left to it");
        }
    }
}
