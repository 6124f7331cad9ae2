package io.mcpsession.abuse;

import io.mcpsession.testing.McpClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls at a steady rate, whatever becomes of the calls before: a request counts from the moment at which it was due.
 * Every tenth comes on a connection of its own, as a new client does.
 */
final class GoodCaller implements AutoCloseable {

    private static final int PER_SECOND = 50;
    private static final int NEW_CONNECTION_EVERY = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

    private final HttpRequest request;
    private final HttpClient http = client();
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean over;

    private GoodCaller(McpClient session) {
        this.request = session.to(HttpRequest.newBuilder(session.endpoint())).timeout(PATIENCE)
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString(PING)).build();
    }

    /** Begins to call in this session. */
    static GoodCaller start(McpClient session) {
        GoodCaller caller = new GoodCaller(session);
        Thread.ofPlatform().daemon().name("good-caller").start(caller::run);
        return caller;
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
    }

    private void run() {
        long due = System.nanoTime();
        for (int i = 0; !over; i++) {
            long when = due;
            boolean fresh = i % NEW_CONNECTION_EVERY == 0;
            underWay.incrementAndGet();
            Thread.ofVirtual().start(() -> call(when, fresh));
            due += TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        ended.countDown();
    }

    private void call(long due, boolean fresh) {
        HttpClient client = fresh ? client() : http;
        try {
            int status = client.send(request, BodyHandlers.discarding()).statusCode();
            if (status != 200) {
                failures.add("status " + status);
            }
        } catch (IOException e) {
            failures.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            nanos.add(System.nanoTime() - due);
            underWay.decrementAndGet();
            if (fresh) {
                client.shutdownNow();
            }
        }
    }

    /** Ends, once all calls under way have ended. */
    Calls finished() throws InterruptedException {
        over = true;
        ended.await();
        long deadline = System.nanoTime() + PATIENCE.multipliedBy(2).toNanos();
        while (underWay.get() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        List<Long> sorted = new ArrayList<>(nanos);
        sorted.sort(null);
        return new Calls(sorted, List.copyOf(failures));
    }

    @Override
    public void close() {
        over = true;
        http.shutdownNow();
    }

    /**
     * @param nanos    how long each took, sorted
     * @param failures what was said of those that failed
     */
    record Calls(List<Long> nanos, List<String> failures) {

        Duration percentile(double percent) {
            return Duration.ofNanos(nanos.get((int) Math.min(nanos.size() - 1, nanos.size() * percent / 100)));
        }
    }
}
