package io.mcpsession.abuse;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/**
 * Two connections that always have something to say, beside a good caller and a kubelet. The threads of connections have no
 * time slices: one that never waits would have a processor for itself. Run by hand, see
 * {@code .ci/slow/27-attacks}.
 */
@Tag("slow")
@Timeout(300)
class BusyConnectionsTest {

    private static final int CONNECTIONS = Integer.getInteger("mcp.abuse.connections", 2);
    private static final Duration KUBELET_PERIOD = Duration.ofMillis(200);
    private static final Duration KUBELET_PATIENCE = Duration.ofSeconds(10);

    static Stream<Arguments> floods() {
        return IntStream.of(2, 1).boxed().flatMap(processors ->
                Stream.of(Flood.values()).map(flood -> Arguments.of(flood, processors)));
    }

    @ParameterizedTest
    @MethodSource("floods")
    void holdUpNobody(Flood flood, int processors) throws Exception {
        try (Pod pod = Pod.start(processors, Map.of())) {
            ConcurrentLinkedQueue<Duration> looks = new ConcurrentLinkedQueue<>();
            ConcurrentLinkedQueue<String> bad = new ConcurrentLinkedQueue<>();
            AtomicLong sent = new AtomicLong();
            Attack.harmless(flood + ", " + processors + " processors", pod, (target, goesOn) -> {
                List<Thread> threads = new ArrayList<>();
                threads.add(Thread.ofPlatform().start(() -> look(target, goesOn, looks, bad)));
                for (int i = 0; i < CONNECTIONS; i++) {
                    threads.add(Thread.ofPlatform().start(() -> flood(flood, target, goesOn, sent)));
                }
                for (Thread thread : threads) {
                    thread.join();
                }
            });
            List<Duration> sorted = looks.stream().sorted().toList();
            System.out.println("abuse: " + flood + ": " + (sent.get() >> 20) + " MB sent; health: " + sorted.size()
                    + " looks, most " + sorted.getLast().toMillis() + " ms, bad " + bad);
            assertThat(bad, is(empty()));
            assertThat(sorted.getLast(), is(lessThan(Attack.P99)));
            assertThat(sent.get(), is(greaterThan(0L)));
        }
    }

    /** As a kubelet looks: on a connection of its own each time. */
    private static void look(Pod pod, BooleanSupplier goesOn, ConcurrentLinkedQueue<Duration> took,
                             ConcurrentLinkedQueue<String> bad) {
        for (int i = 0; goesOn.getAsBoolean(); i++) {
            String path = i % 2 == 0 ? "/health/live" : "/health/ready";
            long begin = System.nanoTime();
            try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
                int status = http.send(HttpRequest.newBuilder(pod.admin(path)).timeout(KUBELET_PATIENCE).build(),
                        HttpResponse.BodyHandlers.discarding()).statusCode();
                if (status != 200) {
                    bad.add(path + " " + status);
                }
                http.shutdownNow();
            } catch (IOException e) {
                bad.add(path + " " + e);
            } catch (InterruptedException e) {
                return;
            }
            took.add(Duration.ofNanos(System.nanoTime() - begin));
            try {
                Thread.sleep(KUBELET_PERIOD);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Begins anew whenever it is cut off. */
    private static void flood(Flood flood, Pod pod, BooleanSupplier goesOn, AtomicLong sent) {
        while (goesOn.getAsBoolean()) {
            try (Socket socket = new Socket("127.0.0.1", flood.port(pod))) {
                Thread closer = Thread.ofVirtual().start(() -> {
                    while (goesOn.getAsBoolean()) {
                        try {
                            Thread.sleep(50);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                    try {
                        socket.close();
                    } catch (IOException e) {
                        // It is over anyhow.
                    }
                });
                Thread.ofVirtual().start(() -> readAll(socket));
                socket.getOutputStream().write(flood.first());
                for (int round = 0; goesOn.getAsBoolean(); round++) {
                    byte[] next = flood.next(round);
                    socket.getOutputStream().write(next);
                    sent.addAndGet(next.length);
                }
                closer.interrupt();
            } catch (IOException e) {
                // Cut off, as it should be.
            }
        }
    }

    private static void readAll(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            byte[] bytes = new byte[64 * 1024];
            while (in.read(bytes) >= 0) {
                // Whatever it is.
            }
        } catch (IOException e) {
            // The flood notices as well.
        }
    }
}
