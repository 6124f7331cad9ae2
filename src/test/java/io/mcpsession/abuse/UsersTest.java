package io.mcpsession.abuse;

import io.mcpsession.testing.McpClient;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** What one user with a token can do, in the pod's heap. Run by {@code .ci/slow/27-attacks}. */
@Tag("slow")
@Timeout(300)
class UsersTest {

    private static final int SOCKETS = 1000;

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
    void answersNobodyAskedForAndLongCancellations() throws Exception {
        String much = "x".repeat(3_900_000);
        Attack.harmless("answers and cancellations of 3.9 MB", pod, (target, goesOn) -> {
            McpClient attacker = target.attacker().initialized();
            for (int i = 0; goesOn.getAsBoolean(); i++) {
                attacker.post("{\"jsonrpc\":\"2.0\",\"id\":\"q" + i + "\",\"result\":{\"text\":\"" + much + "\"}}");
                attacker.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\""
                        + much + "\"}}");
            }
        });
    }

    @Test
    void streamsByTheThousand() throws Exception {
        Attack.harmless("1,000 connections that ask for streams", pod, (target, goesOn) -> {
            List<String> requests = new ArrayList<>();
            for (int i = 0; i < 90; i++) {
                requests.add(head(target.attacker().initialized(), "GET", "text/event-stream") + "\r\n");
            }
            hold(target, requests, goesOn);
        });
    }

    @Test
    void resultsThatNobodyReads() throws Exception {
        Attack.harmless("1,000 connections that read no results", pod, (target, goesOn) -> {
            McpClient attacker = target.attacker().initialized();
            for (int i = 0; i < 60; i++) {
                attacker.tool("note_set", "name", "note" + i, "text", "x".repeat(4000));
            }
            String call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"note_list\"}}";
            String request = head(attacker, "POST", "application/json") + "Content-Type: application/json\r\nContent-Length: "
                    + call.length() + "\r\n\r\n" + call;
            hold(target, List.of(request.repeat(20)), goesOn);
        });
    }

    @Test
    void sessionsThatAreOpenedAndDeleted() throws Exception {
        Attack.harmless("sessions opened and deleted", pod, (target, goesOn) -> {
            while (goesOn.getAsBoolean()) {
                target.attacker().initialized().send("DELETE", BodyPublishers.noBody());
            }
        });
    }

    private static String head(McpClient session, String method, String accept) {
        return method + " /api/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + session.header("Authorization")
                + "\r\nMcp-Session-Id: " + session.header("Mcp-Session-Id") + "\r\nAccept: " + accept + "\r\n";
    }

    /** Sends one of these on each of many connections, and reads nothing. */
    private static void hold(Pod pod, List<String> requests, BooleanSupplier goesOn)
            throws IOException, InterruptedException {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < SOCKETS && goesOn.getAsBoolean(); i++) {
                Socket socket = new Socket("127.0.0.1", pod.publicPort());
                sockets.add(socket);
                socket.getOutputStream().write(requests.get(i % requests.size()).getBytes(US_ASCII));
            }
            while (goesOn.getAsBoolean()) {
                Thread.sleep(100);
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
