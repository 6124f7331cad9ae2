package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonLimits;
import io.mcpsession.limit.BudgetExhaustedException;
import io.mcpsession.limit.ByteBudget;
import io.mcpsession.mcpclient.UnreachableException.Reach;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * HTTP to one server, with connections of its own that are used again. The JDK's client because interrupting a thread
 * that waits in it gives the exchange up, and because it reads a body only as fast as its reader.
 */
final class Wire implements AutoCloseable {

    static final String SESSION_ID = "Mcp-Session-Id";
    static final String VERSION = "MCP-Protocol-Version";
    static final String EVENT_STREAM = "text/event-stream";

    private static final String JSON = "application/json";
    /** Most messages are shorter, and of those no memory is counted. */
    private static final int PIECE = 16 * 1024;

    /** How long the end of a session waits for what it was told to be taken. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final PeerConfig config;
    private final JsonLimits limits;
    private final ByteBudget memory;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http;
    /** What sessions are being told, by their ids, while it is under way. */
    private final ConcurrentMap<String, CompletableFuture<?>> telling = new ConcurrentHashMap<>();

    Wire(PeerConfig config, ByteBudget memory) {
        this.config = config;
        this.memory = memory;
        this.limits = JsonLimits.ofValues(config.mostValues());
        this.http = HttpClient.newBuilder()
                // A client that offers HTTP/2 on every first request confuses some servers.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.connectTimeout())
                .executor(executor)
                .build();
    }

    /**
     * Sends a message and waits for the head of the answer.
     *
     * @throws UnreachableException     when there is none
     * @throws InterruptedCallException when the thread is interrupted
     */
    HttpResponse<InputStream> post(Map<String, String> headers, JsonObject message) {
        return send(posting(headers, message));
    }

    /** Sends a message and does not care what becomes of it, but that the session does not end before it is taken. */
    void tell(Map<String, String> headers, JsonObject message) {
        CompletableFuture<?> sent = sendAsync(posting(headers, message), 0);
        String session = headers.get(SESSION_ID);
        if (session != null) {
            CompletableFuture<?> all = telling.merge(session, sent, (before, now) -> CompletableFuture.allOf(before, now));
            all.whenComplete((_, _) -> telling.remove(session, all));
        }
    }

    private HttpRequest posting(Map<String, String> headers, JsonObject message) {
        return request(headers)
                .setHeader("Content-Type", JSON)
                .setHeader("Accept", JSON + ", " + EVENT_STREAM)
                .POST(BodyPublishers.ofByteArray(Json.bytes(message)))
                .build();
    }

    /** Opens a stream of events. Throws like {@link #post}. */
    HttpResponse<InputStream> get(Map<String, String> headers) {
        return send(request(headers).setHeader("Accept", EVENT_STREAM).GET().build());
    }

    /** Ends a session and does not wait. What it was told arrives first: a session that is gone takes no cancel. */
    CompletableFuture<?> delete(Map<String, String> headers) {
        HttpRequest request = request(headers).DELETE().build();
        CompletableFuture<?> told = telling.getOrDefault(headers.get(SESSION_ID), CompletableFuture.completedFuture(null));
        return told.copy().orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .handle((_, _) -> sendAsync(request, 0))
                .thenCompose(Function.identity());
    }

    private HttpRequest.Builder request(Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(config.url());
        config.headers().forEach(request::setHeader);
        headers.forEach(request::setHeader);
        return request;
    }

    /** The type of a body without parameters, in lower case (RFC 9110, 8.3.1); empty when none is said. */
    static String mediaType(HttpResponse<?> response) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        int parameters = type.indexOf(';');
        return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    }

    private CompletableFuture<Void> sendAsync(HttpRequest request, int hops) {
        return http.sendAsync(request, BodyHandlers.discarding()).thenCompose(response -> hops < Redirects.MOST
                ? Redirects.next(request, response).map(next -> sendAsync(next, hops + 1))
                        .orElseGet(() -> CompletableFuture.completedFuture(null))
                : CompletableFuture.completedFuture(null));
    }

    private HttpResponse<InputStream> send(HttpRequest first) {
        try {
            HttpRequest request = first;
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            for (int hops = 0; hops < Redirects.MOST; hops++) {
                Optional<HttpRequest> next = Redirects.next(request, response);
                if (next.isEmpty()) {
                    break;
                }
                response.body().close();
                request = next.get();
                response = http.send(request, BodyHandlers.ofInputStream());
            }
            return response;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException();
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw new UnreachableException("no connection", Reach.NOT_SENT);
        } catch (IOException e) {
            throw broken(e, Reach.UNKNOWN);
        }
    }

    /** What a failed read or write means. The message of the exception may name hosts, and stays here. */
    static RuntimeException broken(IOException e, Reach reach) {
        if (Thread.currentThread().isInterrupted()) {
            return new InterruptedCallException();
        }
        return e.getCause() instanceof UnresolvedAddressException
                ? new UnreachableException("no such host", Reach.NOT_SENT)
                : new UnreachableException("the connection broke: " + e.getClass().getSimpleName(), reach);
    }

    int largestMessage() {
        return config.largestMessage();
    }

    /** What one message may become, and where that is counted. */
    JsonLimits limits(ByteBudget.Share held) {
        return limits.heldBy(held::take);
    }

    /** The memory of what is being read; to be closed when it is done with. */
    ByteBudget.Share memory() {
        return memory.share(this);
    }

    /**
     * Reads one message.
     *
     * @throws IOException              when it breaks off or is too long
     * @throws BudgetExhaustedException when there is no memory for it
     */
    byte[] read(InputStream body, ByteBudget.Share held) throws IOException {
        int piece = Math.min(PIECE, largestMessage());
        byte[] bytes = body.readNBytes(piece);
        int next = bytes.length < piece ? -1 : body.read();
        while (next >= 0) {
            if (bytes.length >= largestMessage()) {
                throw new IOException("the answer is longer than " + largestMessage() + " bytes");
            }
            int larger = (int) Math.min(2L * bytes.length, largestMessage());
            held.take(larger - bytes.length);
            int length = bytes.length;
            bytes = Arrays.copyOf(bytes, larger);
            bytes[length++] = (byte) next;
            int read = body.readNBytes(bytes, length, larger - length);
            if (length + read < larger) {
                return Arrays.copyOf(bytes, length + read);
            }
            next = body.read();
        }
        return bytes;
    }

    @Override
    public void close() {
        http.shutdownNow();
        executor.shutdownNow();
    }
}
