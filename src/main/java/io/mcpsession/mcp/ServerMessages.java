package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;
import java.util.Set;

/** What a session of the session era hears on its stream of server messages. */
public final class ServerMessages {

    private ServerMessages() {
    }

    /**
     * What an event says to a session, if anything.
     *
     * @param subscribed the URIs the session wants to hear of
     */
    public static Optional<JsonObject> message(BusEvent event, SessionId session, Set<String> subscribed) {
        return switch (event) {
            case BusEvent.ListChanged(BusEvent.Kind kind) ->
                    Optional.of(Notifications.listChanged(kind, JsonValue.EMPTY_JSON_OBJECT));
            case BusEvent.ResourceUpdated(String uri) when subscribed.contains(uri) ->
                    Optional.of(Notifications.resourceUpdated(uri, JsonValue.EMPTY_JSON_OBJECT));
            case BusEvent.SessionMessage(SessionId addressed, String message) when addressed.equals(session) ->
                    Optional.of(Json.parseObject(message));
            case BusEvent.SessionMessage _, BusEvent.SessionBridged _, BusEvent.ResourceUpdated _, BusEvent.Cancelled _,
                 BusEvent.Answered _, BusEvent.StreamTaken _, BusEvent.SubscriptionsChanged _, BusEvent.SessionsEnded _ -> Optional.empty();
        };
    }
}
