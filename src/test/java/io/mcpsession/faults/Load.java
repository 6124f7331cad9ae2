package io.mcpsession.faults;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestServer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Callers who use sessions, open and end some, and make calls that need none; for each answer they know whether it could
 * be right.
 */
final class Load implements AutoCloseable {

    private static final int LIVING = 40;
    /** So many that each shard has some of their sessions. */
    private static final int USERS = 24;
    private static final int CALLERS = 8;
    private static final Duration PAUSE = Duration.ofMillis(8);
    /** What was acknowledged so shortly before a failover may not have reached the replica. */
    private static final long YOUNG_NANOS = Duration.ofSeconds(2).toNanos();
    /** From when a fault is said to begin until a busy machine has sent the signal; no failover is over by then. */
    private static final long BEGINNING_NANOS = Duration.ofMillis(500).toNanos();
    /** When a session was acknowledged that was there long before anything was wrong. */
    private static final long LONG_AGO = Long.MIN_VALUE;

    private final URI endpoint;
    private final List<McpClient> users;
    private final List<String> living = new ArrayList<>();
    private final Queue<McpClient> ended = new ConcurrentLinkedQueue<>();
    private final List<Thread> callers = new ArrayList<>();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong served = new AtomicLong();
    private final AtomicLong unavailable = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong youngLost = new AtomicLong();
    private final AtomicLong longest = new AtomicLong();
    private final AtomicLong lastUnavailable = new AtomicLong();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile long faultAt = Long.MAX_VALUE;
    private volatile boolean dataLost;
    private volatile boolean over;

    Load(TestServer server) {
        this.endpoint = server.endpoint();
        this.users = IntStream.range(0, USERS).mapToObj(number -> server.client(token(number))).toList();
        for (int i = 0; i < LIVING; i++) {
            living.add(users.get(i % USERS).call("initialize").session());
        }
        for (McpClient user : users) {
            McpClient session = user.initialized();
            session.delete();
            ended.add(session);
        }
    }

    private static String token(int user) {
        return "secret-of-user-" + user;
    }

    /** Settings that let the users in. */
    static Map<String, String> settings() {
        Map<String, String> keys = new HashMap<>();
        for (int user = 0; user < USERS; user++) {
            // The first two are taken.
            keys.put("mcp.auth.tokens." + (user + 2) + ".user", "user-" + user);
            keys.put("mcp.auth.tokens." + (user + 2) + ".sha256", TestServer.sha256(token(user)));
        }
        return keys;
    }

    Load begin() {
        for (int i = 0; i < CALLERS; i++) {
            int kind = i % 4;
            callers.add(Thread.ofVirtual().name("caller").start(() -> {
                while (!over) {
                    try {
                        switch (kind) {
                            case 0 -> come();
                            case 1 -> callWithoutASession();
                            default -> use();
                        }
                    } catch (RuntimeException e) {
                        // A caller that ended by it would be missed by nobody.
                        wrong("no answer at all: " + e);
                    }
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            }));
        }
        return this;
    }

    /** From now on things go wrong. */
    void faultBegins(boolean losesData) {
        dataLost = losesData;
        faultAt = System.nanoTime();
    }

    private void use() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (random.nextInt(4) == 0) {
            useEnded();
            return;
        }
        int number = random.nextInt(LIVING);
        McpClient session = users.get(number % USERS).in(living.get(number));
        judge(session, "a living session", LONG_AGO);
    }

    private void useEnded() {
        McpClient session = ended.stream().skip(ThreadLocalRandom.current().nextInt(ended.size())).findFirst()
                .orElseThrow();
        Answer answer = timed(() -> session.call("ping"));
        switch (answer.status()) {
            case 404 -> served.incrementAndGet();
            case 503 -> unavailable();
            default -> wrong("an ended session got " + answer.status());
        }
    }

    /** Somebody comes, does something and goes. */
    private void come() {
        McpClient user = users.get(ThreadLocalRandom.current().nextInt(USERS));
        Answer answer = timed(() -> user.call("initialize"));
        if (answer.status() == 503) {
            unavailable();
            return;
        }
        if (answer.status() != 200) {
            wrong("initialize got " + answer.status());
            return;
        }
        served.incrementAndGet();
        McpClient session = user.in(answer.session());
        long opened = System.nanoTime();
        judge(session, "a new session", opened);
        Answer deleted = timed(session::delete);
        switch (deleted.status()) {
            case 200, 202, 204 -> {
                served.incrementAndGet();
                ended.add(session);
            }
            case 503 -> unavailable();
            // It may not have reached the replica before that became primary.
            case 404 -> goneThoughLiving("a new session to end", opened);
            default -> wrong("DELETE got " + deleted.status());
        }
    }

    private void callWithoutASession() {
        Answer answer = timed(() -> Stateless.of(McpClient.of(endpoint, TestServer.ALICE)).call("tools/list"));
        if (answer.status() == 200) {
            served.incrementAndGet();
        } else {
            wrong("a call that needs no session got " + answer.status());
        }
    }

    private void judge(McpClient session, String what, long opened) {
        Answer answer = timed(() -> session.call("ping"));
        switch (answer.status()) {
            case 200 -> {
                served.incrementAndGet();
                if (!answer.session().equals(session.header("Mcp-Session-Id"))) {
                    wrong(what + " was given another id");
                }
            }
            case 503 -> {
                unavailable();
                if (answer.header("retry-after").isEmpty()) {
                    wrong("503 without Retry-After");
                }
            }
            case 404 -> goneThoughLiving(what, opened);
            default -> wrong(what + " got " + answer.status());
        }
    }

    private void goneThoughLiving(String what, long opened) {
        long now = System.nanoTime();
        if (dataLost && now > faultAt) {
            lost.incrementAndGet();
        } else if (opened > faultAt - YOUNG_NANOS && opened < faultAt + BEGINNING_NANOS) {
            System.out.printf("%s, acknowledged %d ms after the fault began, was gone %d ms after it%n", what,
                    Duration.ofNanos(opened - faultAt).toMillis(), Duration.ofNanos(now - faultAt).toMillis());
            youngLost.incrementAndGet();
        } else {
            wrong(what + " got 404" + (opened == LONG_AGO ? "" : ", acknowledged "
                    + Duration.ofNanos(opened - faultAt).toMillis() + " ms after the fault began"));
        }
    }

    private void unavailable() {
        unavailable.incrementAndGet();
        lastUnavailable.set(System.nanoTime());
        if (System.nanoTime() < faultAt) {
            wrong("503 before anything was wrong");
        }
    }

    private void wrong(String what) {
        wrong.add(what);
    }

    private Answer timed(Supplier<Answer> call) {
        requests.incrementAndGet();
        long began = System.nanoTime();
        try {
            return call.get();
        } finally {
            longest.accumulateAndGet(System.nanoTime() - began, Math::max);
        }
    }

    /**
     * What came of it.
     *
     * @param recovery from when the fault was over, or began if it stays, to the last 503
     */
    record Outcome(long requests, long served, long unavailable, long lost, long youngLost, Map<String, Long> wrong,
                   Duration longest, Duration recovery) {
    }

    Outcome outcome(long from) {
        Map<String, Long> kinds = new ConcurrentHashMap<>();
        wrong.forEach(one -> kinds.merge(one, 1L, Long::sum));
        long recovery = lastUnavailable.get() == 0 ? 0 : Math.max(0, lastUnavailable.get() - from);
        return new Outcome(requests.get(), served.get(), unavailable.get(), lost.get(), youngLost.get(), kinds,
                Duration.ofNanos(longest.get()), Duration.ofNanos(recovery));
    }

    @Override
    public void close() {
        over = true;
        for (Thread caller : callers) {
            try {
                caller.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
