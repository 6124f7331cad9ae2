package io.mcpsession.upstream;

import io.mcpsession.handler.Subscriber;
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
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Asks one server for its lists, and hears when they change, in a session of this replica's own. */
final class Lister {

    private static final Logger LOG = System.getLogger(Lister.class.getName());

    /** All a client of ours may have: some servers offer a tool only to those who can answer its questions. */
    private static final JsonObject CAPABILITIES = Json.object()
            .add("elicitation", JsonValue.EMPTY_JSON_OBJECT)
            .add("sampling", JsonValue.EMPTY_JSON_OBJECT)
            .add("roots", JsonValue.EMPTY_JSON_OBJECT)
            .build();

    private final McpPeer peer;
    private final Supplier<Map<String, String>> headers;
    private final long largest;
    private final WatchedResources watched = new WatchedResources();
    /** Null while there is none. */
    private volatile McpPeer.Opened session;
    /** What a stateless server says that it has; null when it does not say, or was not asked. */
    private volatile JsonObject discovered;
    private volatile String instructions = "";

    /**
     * @param largest most text of its lists together, in characters
     */
    Lister(McpPeer peer, Supplier<Map<String, String>> headers, long largest) {
        this.peer = peer;
        this.headers = headers;
        this.largest = largest;
    }

    /**
     * @param before   what it offered when last asked
     * @param problems told what cannot be read, and why
     * @throws RuntimeException when nothing can be read
     */
    Lists read(Lists before, Consumer<String> problems) {
        Map<String, String> with = headers.get();
        if (peer.isStateless(with)) {
            JsonObject discovery = peer.discover(with);
            discovered = discovery.get("capabilities") instanceof JsonObject object ? object : null;
            instructions = McpPeer.instructions(discovery);
            return reader((method, params) -> peer.call(with, new StatelessRequest(method, params, CAPABILITIES, Map.of()),
                    Incoming.NONE), problems).read(discovered, before);
        }
        try {
            return inSession(with, before, (in, method, params) -> peer.call(with, in, method, params, Incoming.NONE), problems);
        } catch (SessionLostException e) {
            session = null;
            return inSession(with, before, (in, method, params) -> {
                try {
                    return peer.call(with, in, method, params, Incoming.NONE);
                } catch (SessionLostException again) {
                    // A new session does not help: that was not what it meant.
                    throw again.refusal();
                }
            }, problems);
        }
    }

    private ListReader reader(BiFunction<String, JsonObject, JsonObject> ask, Consumer<String> problems) {
        return new ListReader(ask, largest, problems);
    }

    @FunctionalInterface
    private interface Asking {

        JsonObject ask(PeerSession session, String method, JsonObject params);
    }

    private Lists inSession(Map<String, String> with, Lists before, Asking asking, Consumer<String> problems) {
        McpPeer.Opened own = session;
        if (own == null) {
            own = peer.open(with, CAPABILITIES);
            session = own;
            instructions = own.instructions();
            for (String uri : watched.uris()) {
                subscribe(with, own, uri);
            }
        }
        PeerSession in = own.session();
        return reader((method, params) -> asking.ask(in, method, params), problems).read(own.capabilities(), before);
    }

    /** What the server says of how to use it; empty when it says nothing. */
    String instructions() {
        return instructions;
    }

    /** It went away: what was known of it may not hold any more. */
    void forget() {
        peer.forget();
        end();
    }

    /** What becomes of a wish to hear of a resource. */
    enum Wish {
        /** The server will tell. */
        TOLD,
        /** It will not. */
        REFUSED,
        /** The stream of news must begin anew, and begins with what the server says to it. */
        WITH_THE_NEXT_STREAM
    }

    /** Wants to hear of a resource from now on. */
    Wish watch(String uri, Subscriber subscriber) {
        if (!subscribable()) {
            return Wish.REFUSED;
        }
        switch (watched.add(uri, subscriber)) {
            case REFUSED -> {
                return Wish.REFUSED;
            }
            case KNOWN -> {
                return Wish.TOLD;
            }
            case FIRST -> { }
        }
        Map<String, String> with = headers.get();
        if (peer.isStateless(with)) {
            return Wish.WITH_THE_NEXT_STREAM;
        }
        McpPeer.Opened own = session;
        if (own != null) {
            subscribe(with, own, uri);
        }
        return watched.contains(uri) ? Wish.TOLD : Wish.REFUSED;
    }

    /** Whether the user of a subscriber hears of as much as it may. */
    boolean isFull(Subscriber subscriber) {
        return watched.isFull(subscriber);
    }

    /** Somebody wants to hear of these alone. A stateless server is told with the next stream. */
    void retain(Subscriber subscriber, Set<String> uris) {
        Set<String> unwanted = watched.retain(subscriber, uris);
        McpPeer.Opened own = session;
        if (own != null && !unwanted.isEmpty()) {
            Thread.ofVirtual().name("unwatched").start(() -> unwanted.forEach(uri -> unsubscribe(own, uri)));
        }
    }

    private void unsubscribe(McpPeer.Opened own, String uri) {
        if (watched.contains(uri)) {
            return;
        }
        try {
            peer.call(headers.get(), own.session(), "resources/unsubscribe", Json.object().add("uri", uri).build(),
                    Incoming.NONE);
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, () -> "the subscription of " + WarnOnce.printable(uri) + " is left to its server");
        }
    }

    /** Whether the server has promised to tell of a resource that is wanted; if not, it is wanted no more. */
    boolean keep(String uri, boolean promised) {
        if (!promised) {
            watched.drop(uri);
        }
        return promised;
    }

    /** Whether it says that it tells when resources change; true while that is not known. */
    boolean subscribable() {
        McpPeer.Opened own = session;
        JsonObject capabilities = own != null ? own.capabilities() : discovered;
        return capabilities == null || capabilities.isEmpty()
                || capabilities.get("resources") instanceof JsonObject resources && resources.getBoolean("subscribe", false);
    }

    private void subscribe(Map<String, String> with, McpPeer.Opened own, String uri) {
        try {
            peer.call(with, own.session(), "resources/subscribe", Json.object().add("uri", uri).build(),
                    Incoming.NONE);
        } catch (RpcException e) {
            // It does not say when this one changes.
            watched.drop(uri);
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
                    .add("resourceSubscriptions", Json.strings(watched.uris()))
                    .build();
            if (watched.uris().isEmpty() && !String.valueOf(discovered).contains("\"listChanged\":true")) {
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
