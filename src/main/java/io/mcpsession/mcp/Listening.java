package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.session.SessionSubscriptions;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What one {@code subscriptions/listen} wants to hear (2026-07-28, Subscriptions). Every message names the request it
 * belongs to.
 */
public final class Listening {

    private static final int MOST_URIS = 256;

    private final JsonObject meta;
    private final EnumSet<BusEvent.Kind> lists;
    private final Set<String> uris;

    private Listening(JsonObject meta, EnumSet<BusEvent.Kind> lists, Set<String> uris) {
        this.meta = meta;
        this.lists = lists;
        this.uris = uris;
    }

    /**
     * @throws io.mcpsession.jsonrpc.RpcException when the request says nothing that can be understood
     */
    public static Listening of(Message.Request request) {
        JsonObject wanted = request.params().get("notifications") instanceof JsonObject object
                ? object
                : JsonValue.EMPTY_JSON_OBJECT;
        EnumSet<BusEvent.Kind> lists = EnumSet.noneOf(BusEvent.Kind.class);
        for (BusEvent.Kind kind : BusEvent.Kind.values()) {
            if (wanted.get(name(kind)) == JsonValue.TRUE) {
                lists.add(kind);
            }
        }
        Set<String> uris = new LinkedHashSet<>();
        if (wanted.get("resourceSubscriptions") instanceof JsonArray array) {
            array.stream()
                    .filter(JsonString.class::isInstance)
                    .map(uri -> ((JsonString) uri).getString())
                    .filter(uri -> uri.length() <= SessionSubscriptions.LONGEST)
                    .limit(MOST_URIS)
                    .forEach(uris::add);
        }
        return new Listening(Json.object().add(Meta.META, Json.object().add(Meta.SUBSCRIPTION_ID, request.id())).build(),
                lists, uris);
    }

    private static String name(BusEvent.Kind kind) {
        return switch (kind) {
            case TOOLS -> "toolsListChanged";
            case PROMPTS -> "promptsListChanged";
            case RESOURCES -> "resourcesListChanged";
        };
    }

    /** The resources it wants to hear of. */
    public Set<String> resources() {
        return uris;
    }

    /** The same, as far as it can be honoured. */
    public Listening keeping(Set<BusEvent.Kind> changing, Set<String> told) {
        EnumSet<BusEvent.Kind> honoured = EnumSet.copyOf(lists);
        honoured.retainAll(changing);
        return new Listening(meta, honoured, told);
    }

    /** The first message: which of the wishes are honoured. */
    public JsonObject acknowledgement() {
        JsonObjectBuilder honoured = Json.object();
        lists.forEach(kind -> honoured.add(name(kind), true));
        if (!uris.isEmpty()) {
            honoured.add("resourceSubscriptions", Json.strings(uris));
        }
        return JsonRpc.notification("notifications/subscriptions/acknowledged",
                Json.object(meta).add("notifications", honoured).build());
    }

    /** The notification for an event, when it is wanted. */
    public Optional<JsonObject> notification(BusEvent event) {
        return switch (event) {
            case BusEvent.ListChanged(BusEvent.Kind kind) when lists.contains(kind) ->
                    Optional.of(Notifications.listChanged(kind, meta));
            case BusEvent.ResourceUpdated(String uri) when uris.contains(uri) ->
                    Optional.of(Notifications.resourceUpdated(uri, meta));
            case BusEvent.ListChanged _, BusEvent.ResourceUpdated _, BusEvent.Cancelled _, BusEvent.Answered _,
                 BusEvent.StreamTaken _, BusEvent.SubscriptionsChanged _, BusEvent.SessionsEnded _, BusEvent.SessionMessage _,
                 BusEvent.SessionBridged _ -> Optional.empty();
        };
    }

    /** The result that ends the stream when the server does. */
    public JsonObject result() {
        return Json.object(meta).add("resultType", "complete").build();
    }
}
