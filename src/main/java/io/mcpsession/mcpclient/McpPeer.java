package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.limit.ByteBudget;
import io.mcpsession.mcpclient.UnreachableException.Reach;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Another MCP server, spoken to in whichever era it knows. Thread-safe; a call runs on the thread of its caller, and is
 * given up when that is interrupted.
 *
 * <p>Every method throws {@link UnreachableException} when the server cannot be reached and {@link RpcException} when
 * it answers with an error. {@code headers} are sent besides those of the configuration.
 */
public final class McpPeer implements AutoCloseable {

    /** The newest revision with sessions that this client speaks, and what it asks for. */
    private static final String SESSION_VERSION = "2025-11-25";
    /** What a server may answer with; as the official TypeScript clients, also revisions older than this transport. */
    private static final Set<String> SESSION_VERSIONS =
            Set.of(SESSION_VERSION, "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07");
    /** In characters: every client is told them. */
    private static final int LONGEST_INSTRUCTIONS = 16 * 1024;
    private static final int MOST_SKIPPED = 64 * 1024;
    static final String STATELESS_VERSION = "2026-07-28";

    private final Wire wire;
    private final JsonObject clientInfo;
    private final Eras eras;

    /**
     * @param version of this program, which the other server is told
     * @param memory  of the messages of all servers together, while they are read
     */
    public McpPeer(PeerConfig config, String version, ByteBudget memory) {
        this.wire = new Wire(config, memory);
        this.eras = new Eras(config.era(), this::discover, this::opens);
        this.clientInfo = Json.object().add("name", "mcp-session-server").add("version", version).build();
    }

    /** Whether its requests stand alone. Found out once, and remembered until {@link #forget}. */
    public boolean isStateless(Map<String, String> headers) {
        return eras.stateless(headers);
    }

    /**
     * Whether a call is made statelessly: each in the era of its caller where the server serves both, because what a
     * server offers and asks may differ between them.
     *
     * @param callerIsStateless in which era the caller speaks
     */
    public boolean speaksStateless(boolean callerIsStateless, Map<String, String> headers) {
        return eras.stateless(headers) && (callerIsStateless || !eras.sessionsToo(headers));
    }

    /** What was found out may no longer hold: another release may run there now. */
    public void forget() {
        eras.forget();
    }

    /** The {@code server/discover} of a stateless server. */
    public JsonObject discover(Map<String, String> headers) {
        return call(headers, new StatelessRequest("server/discover", JsonValue.EMPTY_JSON_OBJECT), Incoming.NONE);
    }

    /**
     * Opens a session.
     *
     * @param capabilities what the server may ask of us
     */
    public Opened open(Map<String, String> headers, JsonObject capabilities) {
        Exchange exchange = new Exchange(wire, headers, Incoming.NONE, false);
        JsonObject result = exchange.run(newId(), "initialize", Json.object()
                .add("protocolVersion", SESSION_VERSION)
                .add("capabilities", capabilities)
                .add("clientInfo", clientInfo)
                .build());
        String version = result.getString("protocolVersion", "");
        JsonObject offered = result.get("capabilities") instanceof JsonObject object ? object : null;
        PeerSession session = new PeerSession(
                exchange.head().headers().firstValue(Wire.SESSION_ID).orElse(""), version,
                offered != null && offered.containsKey("logging"));
        if (!SESSION_VERSIONS.contains(version)) {
            throw new UnreachableException("it speaks revision " + (version.isEmpty() ? "(none)" : "other than ours"),
                    Reach.NOT_SENT, exchange.head().statusCode());
        }
        notify(headers, session, "notifications/initialized");
        eras.sessionOpened();
        return new Opened(session, offered, instructions(result));
    }

    private boolean opens(Map<String, String> headers) {
        try {
            end(headers, open(headers, JsonValue.EMPTY_JSON_OBJECT).session());
            return true;
        } catch (RpcException e) {
            return false;
        }
    }

    /**
     * A session just opened.
     *
     * @param capabilities what the server offers; null when it does not say
     * @param instructions what it says of how to use it; empty when it says nothing
     */
    public record Opened(PeerSession session, JsonObject capabilities, String instructions) {
    }

    /** Sends a notification in a session, without waiting for what becomes of it. */
    public void tell(Map<String, String> headers, PeerSession session, String method) {
        wire.tell(in(session, headers), JsonRpc.notification(method, JsonValue.EMPTY_JSON_OBJECT));
    }

    /** Waits until it is taken: a server may refuse calls before it. */
    private void notify(Map<String, String> headers, PeerSession session, String method) {
        HttpResponse<InputStream> response = wire.post(in(session, headers),
                JsonRpc.notification(method, JsonValue.EMPTY_JSON_OBJECT));
        try (InputStream body = response.body()) {
            if (response.statusCode() / 100 != 2) {
                throw Refusals.of(response, body, session.exists());
            }
            // So that the connection can be used again. Nothing is said there, so nothing is waited for for long.
            body.skip(MOST_SKIPPED);
        } catch (IOException e) {
            throw Wire.broken(e, Reach.ANSWERING);
        }
    }

    /**
     * Ends a session, without waiting for it.
     *
     * @return done when that is known to have come to something or nothing
     */
    public CompletableFuture<?> end(Map<String, String> headers, PeerSession session) {
        return session.exists() ? wire.delete(in(session, headers)) : CompletableFuture.completedFuture(null);
    }

    /**
     * Makes a call in a session.
     *
     * @throws SessionLostException when the server does not know the session any more
     */
    public JsonObject call(Map<String, String> headers, PeerSession session, String method, JsonObject params,
                           Incoming incoming) {
        return new Exchange(wire, in(session, headers), incoming, true).run(newId(), method, params);
    }

    /** Makes a call that stands alone. */
    public JsonObject call(Map<String, String> headers, StatelessRequest request, Incoming incoming) {
        return new Exchange(wire, request.headers(STATELESS_VERSION, headers), incoming, false)
                .run(newId(), request.method(), request.params(STATELESS_VERSION, clientInfo));
    }

    /**
     * Hears what the server says to a session outside of calls, until it ends the stream. Its questions are answered too.
     *
     * @param place  where an earlier stream of the session ended
     * @param opened run when the stream is there
     * @return whether it has such a stream at all
     * @throws SessionLostException when the server does not know the session any more
     */
    public boolean follow(Map<String, String> headers, PeerSession session, StreamPlace place, Runnable opened,
                          Incoming incoming) {
        Map<String, String> with = in(session, headers);
        if (!place.lastId().isEmpty()) {
            with.put("Last-Event-ID", place.lastId());
        }
        HttpResponse<InputStream> response = wire.get(with);
        try (InputStream body = response.body()) {
            int status = response.statusCode();
            if (status / 100 != 2) {
                RuntimeException refused = Refusals.of(response, body, session.exists());
                // 409 says that another has the stream, maybe another replica.
                if (refused instanceof SessionLostException || status >= 500 && status != 501 || status == 409
                        || status == 429) {
                    throw refused instanceof RpcException
                            ? new UnreachableException("it answered with status " + status, Reach.NOT_SENT, status)
                            : refused;
                }
                return false;
            }
            if (!Wire.mediaType(response).equals(Wire.EVENT_STREAM)) {
                return false;
            }
            opened.run();
            new ServerStream(body, wire, in(session, headers), incoming).readToEnd(place);
            return true;
        } catch (IOException e) {
            throw Wire.broken(e, Reach.ANSWERING);
        }
    }

    /** What a handshake or a discovery says of how to use the server, but for what is too long. */
    public static String instructions(JsonObject said) {
        String text = said.get("instructions") instanceof JsonString given ? given.getString() : "";
        return text.substring(0, Math.min(text.length(), LONGEST_INSTRUCTIONS));
    }

    private static Map<String, String> in(PeerSession session, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(Wire.VERSION, session.version());
        if (session.exists()) {
            all.put(Wire.SESSION_ID, session.id());
        }
        return all;
    }

    /** Ids are unique in a session, which calls of several replicas share. */
    private static JsonString newId() {
        return Json.string(UUID.randomUUID().toString());
    }

    @Override
    public void close() {
        wire.close();
    }
}
