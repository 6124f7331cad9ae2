package io.mcpsession.abuse;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

/** What can be done without a token, in the pod's heap. Run by {@code .ci/slow/27-attacks}. */
@Tag("slow")
@Timeout(300)
class StrangersTest {

    private static final String POST = "POST /api/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    private Pod pod;

    @BeforeEach
    void start() {
        pod = Pod.start(2, Map.of());
    }

    @AfterEach
    void stop() {
        pod.close();
    }

    @Test
    void chunksOfEightMegabytes() throws Exception {
        byte[] piece = new byte[64 * 1024];
        Attack.harmless("8 MB in one chunk on 30 connections", pod, (target, goesOn) -> {
            List<Socket> sockets = open(30, POST + "Transfer-Encoding: chunked\r\n\r\n7fffff\r\n");
            while (goesOn.getAsBoolean()) {
                for (int i = 0; i < sockets.size(); i++) {
                    try {
                        sockets.get(i).getOutputStream().write(piece);
                    } catch (IOException e) {
                        sockets.get(i).close();
                        sockets.set(i, open(1, POST + "Transfer-Encoding: chunked\r\n\r\n7fffff\r\n").getFirst());
                    }
                }
            }
            close(sockets);
        });
    }

    @Test
    void tenThousandConnectionsThatSayNothing() throws Exception {
        Attack.harmless("10,000 connections that say nothing", pod, (target, goesOn) -> {
            List<Socket> sockets = new ArrayList<>();
            while (goesOn.getAsBoolean() && sockets.size() < 10_000) {
                sockets.addAll(open(100, ""));
            }
            close(sockets);
        });
    }

    @Test
    void prefacesOfHttp2() throws Exception {
        Attack.harmless("9,000 prefaces of HTTP/2", pod, (target, goesOn) -> {
            List<Socket> sockets = new ArrayList<>();
            while (goesOn.getAsBoolean() && sockets.size() < 9_000) {
                sockets.addAll(open(100, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
            }
            close(sockets);
        });
    }

    @Test
    void headersThatAreNeverWhole() throws Exception {
        Attack.harmless("16 KB of headers without an end on 5,000 connections", pod, (target, goesOn) -> {
            List<Socket> sockets = new ArrayList<>();
            while (goesOn.getAsBoolean() && sockets.size() < 5_000) {
                sockets.addAll(open(50, "POST /api/mcp HTTP/1.1\r\nHost: localhost\r\nX-Long: " + "x".repeat(16_000)));
            }
            close(sockets);
        });
    }

    @Test
    void messagesOfGrpcThatAreNeverWhole() throws Exception {
        AtomicLong sent = new AtomicLong();
        Attack.harmless("1 MB of gRPC messages without an end in 100 calls on 20 connections", pod, (target, goesOn) -> {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    while (goesOn.getAsBoolean()) {
                        try {
                            sent.addAndGet(UnfinishedMessages.send(target.internalPort(), goesOn));
                        } catch (IOException e) {
                            // Cut off, as it may be.
                        }
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        });
        System.out.println("abuse: " + (sent.get() >> 20) + " MB of messages sent");
        assertThat(sent.get(), is(greaterThan(64L << 20)));
    }

    private List<Socket> open(int count, String begin) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket("127.0.0.1", pod.publicPort());
            socket.getOutputStream().write(begin.getBytes(US_ASCII));
            sockets.add(socket);
        }
        return sockets;
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
