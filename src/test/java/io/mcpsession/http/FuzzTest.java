package io.mcpsession.http;

import io.mcpsession.testing.Footprint;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Tally;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Requests that nobody would think of: none is a server error, none hangs, and the server goes on as before. */
class FuzzTest {

    private static final long SEED = 20_261_122;
    private static final int AT_ONCE = 16;
    private static final int LONGEST_WAIT_MILLIS = 5000;
    private static final int NO_ANSWER = 0;

    @Test
    void thousandsOfMalformedRequestsDoNoHarm() throws Exception {
        send(3000);
    }

    /** 100,000 unless {@code mcp.fuzz.http} says otherwise. */
    @Test
    @Tag("slow")
    @Timeout(900)
    void aHundredThousandMalformedRequestsDoNoHarm() throws Exception {
        send(Integer.getInteger("mcp.fuzz.http", 100_000));
    }

    private static void send(int requests) throws Exception {
        try (TestServer server = TestServer.embedded(); LogCapture log = new LogCapture("io.mcpsession");
             LogCapture _ = new LogCapture("io.helidon", Level.OFF)) {
            McpClient alice = server.alice().initialized();
            shoot(server, alice, AT_ONCE);
            Footprint before = Footprint.now();
            long begin = System.nanoTime();
            Map<Integer, Integer> statuses = shoot(server, alice, requests);
            System.out.println("fuzz: seed " + SEED + ", " + requests + " requests in "
                    + (System.nanoTime() - begin) / 1_000_000 + " ms, answers by status (0 is none): " + statuses);
            System.out.println("fuzz: " + before + " before, " + before.awaitReturn() + " after");

            assertThat(statuses.keySet().stream().filter(status -> status >= 500).toList(), is(empty()));
            assertThat("without a word", statuses.getOrDefault(NO_ANSWER, 0), is(lessThan(requests / 2)));
            assertThat(log.at(Level.SEVERE), is(empty()));
            assertThat(server.alice().initialized().call("ping").status(), is(200));
        }
    }

    private static Map<Integer, Integer> shoot(TestServer server, McpClient alice, int requests) throws Exception {
        List<Callable<Map<Integer, Integer>>> shooters = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            OddRequests odd = new OddRequests(SEED + i, TestServer.ALICE, alice.header("Mcp-Session-Id"));
            shooters.add(() -> {
                Map<Integer, Integer> statuses = new TreeMap<>();
                for (int n = 0; n < requests / AT_ONCE; n++) {
                    statuses.merge(answer(server, odd.next()), 1, Integer::sum);
                }
                return statuses;
            });
        }
        return Tally.ofAll(shooters);
    }

    /** The status; 0 where the server closed the connection without a word, as it may when nothing made sense. */
    private static int answer(TestServer server, byte[] request) {
        try (Socket socket = new Socket(server.endpoint().getHost(), server.endpoint().getPort())) {
            socket.setSoTimeout(LONGEST_WAIT_MILLIS);
            // So many closed connections would otherwise use up the ports of this machine.
            socket.setSoLinger(true, 0);
            socket.getOutputStream().write(request);
            socket.shutdownOutput();
            String line = new String(socket.getInputStream().readNBytes(12), US_ASCII);
            return line.startsWith("HTTP/1.1 ") ? Integer.parseInt(line.substring(9)) : NO_ANSWER;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer to " + new String(request, US_ASCII), e);
        } catch (IOException e) {
            return NO_ANSWER;
        }
    }
}
