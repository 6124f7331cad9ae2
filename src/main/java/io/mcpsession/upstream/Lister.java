package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcpclient.Incoming;
import io.mcpsession.mcpclient.McpPeer;
import io.mcpsession.mcpclient.PeerSession;
import io.mcpsession.mcpclient.SessionLostException;
import io.mcpsession.mcpclient.StatelessRequest;
import io.mcpsession.mcpclient.StreamPlace;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Asks one server for its lists, and hears when they change, in a session of this replica's own. */
final class Lister {

    /** All a client of ours may have: some servers offer a tool only to those who can answer its questions. */
    private static final JsonObject CAPABILITIES = Json.object()
            .add("elicitation", JsonValue.EMPTY_JSON_OBJECT)
            .add("sampling", JsonValue.EMPTY_JSON_OBJECT)
            .add("roots", JsonValue.EMPTY_JSON_OBJECT)
            .build();

    private static final int MOST_WATCHED = 1000;

    private final McpPeer peer;
    private final Supplier<Map<String, String>> headers;
    /** Resources that somebody wants to hear of. */
    private final Set<String> watched = ConcurrentHashMap.newKeySet();
    /** Null while there is none. */
    private volatile McpPeer.Opened session;
    private volatile JsonObject discovered = JsonValue.EMPTY_JSON_OBJECT;

    Lister(McpPeer peer, Supplier<Map<String, String>> headers) {
        this.peer = peer;
        this.headers = headers;
    }

    Lists read() {
        Map<String, String> with = headers.get();
        if (peer.isStateless(with)) {
            discovered = peer.discover(with).get("capabilities") instanceof JsonObject object
                    ? object
                    : JsonValue.EMPTY_JSON_OBJECT;
            return Lists.read(discovered,
                    (method, params) -> peer.call(with, new StatelessRequest(method, params, CAPABILITIES, Map.of()),
                            Incoming.NONE));
        }
        try {
            return inSession(with);
        } catch (SessionLostException e) {
            session = null;
            return inSession(with);
        }
    }

    private Lists inSession(Map<String, String> with) {
        McpPeer.Opened own = session;
        if (own == null) {
            own = peer.open(with, CAPABILITIES);
            session = own;
            for (String uri : watched) {
                subscribe(with, own, uri);
            }
        }
        PeerSession in = own.session();
        return Lists.read(own.capabilities(),
                (method, params) -> peer.call(with, in, method, params, Incoming.NONE));
    }

    /** It went away: what was known of it may not hold any more. */
    void forget() {
        peer.forget();
        end();
    }

    /**
     * Wants to hear of a resource from now on.
     *
     * @return whether the stream of news must begin anew for it
     */
    boolean watch(String uri) {
        if (watched.size() >= MOST_WATCHED || !watched.add(uri)) {
            return false;
        }
        Map<String, String> with = headers.get();
        if (peer.isStateless(with)) {
            return true;
        }
        McpPeer.Opened own = session;
        if (own != null) {
            subscribe(with, own, uri);
        }
        return false;
    }

    private void subscribe(Map<String, String> with, McpPeer.Opened own, String uri) {
        if (own.capabilities().get("resources") instanceof JsonObject resources
                && resources.getBoolean("subscribe", false)) {
            try {
                peer.call(with, own.session(), "resources/subscribe", Json.object().add("uri", uri).build(),
                        Incoming.NONE);
            } catch (RpcException e) {
                // It does not say when this one changes.
                watched.remove(uri);
            }
        }
    }

    /**
     * Hears news until the stream ends.
     *
     * @return false when the server has no such stream
     */
    boolean follow(Incoming news) {
        Map<String, String> with = headers.get();
        if (peer.isStateless(with)) {
            JsonObject wanted = Json.object()
                    .add("toolsListChanged", true)
                    .add("promptsListChanged", true)
                    .add("resourcesListChanged", true)
                    .add("resourceSubscriptions", Json.strings(watched))
                    .build();
            if (watched.isEmpty() && !discovered.toString().contains("\"listChanged\":true")) {
                return false;
            }
            peer.call(with, new StatelessRequest("subscriptions/listen",
                    Json.object().add("notifications", wanted).build()), news);
            return true;
        }
        McpPeer.Opened own = session;
        return own != null && peer.follow(with, own.session(), new StreamPlace(), () -> { }, news);
    }

    /** Ends its session there, without waiting. */
    CompletableFuture<?> end() {
        McpPeer.Opened own = session;
        session = null;
        return own == null ? CompletableFuture.completedFuture(null) : peer.end(headers.get(), own.session());
    }
}
