package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.relay.LongTexts;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;
import java.util.Set;

/**
 * What a session of the session era hears on its stream of server messages.
 *
 * @param texts keeps messages that are too long for the bus
 */
public record ServerMessages(LongTexts texts) {

    /** Whether {@link #message} asks the store for what an event says, and so may wait. */
    public static boolean waits(BusEvent event) {
        return event instanceof BusEvent.SessionMessage(SessionId _, BusEvent.Text.Kept _);
    }

    /**
     * What an event says to a session, if anything.
     *
     * @param subscribed the URIs the session wants to hear of
     * @throws io.mcpsession.session.StoreUnavailableException when it is to be asked of the store, and that gave no answer
     */
    public Optional<JsonObject> message(BusEvent event, SessionId session, Set<String> subscribed) {
        return switch (event) {
            case BusEvent.ListChanged(BusEvent.Kind kind) ->
                    Optional.of(Notifications.listChanged(kind, JsonValue.EMPTY_JSON_OBJECT));
            case BusEvent.ResourceUpdated(String uri) when subscribed.contains(uri) ->
                    Optional.of(Notifications.resourceUpdated(uri, JsonValue.EMPTY_JSON_OBJECT));
            case BusEvent.SessionMessage(SessionId addressed, BusEvent.Text message) when addressed.equals(session) ->
                    texts.read(session, message).map(Json::parseObject);
            case BusEvent.SessionMessage _, BusEvent.SessionBridged _, BusEvent.ResourceUpdated _, BusEvent.Cancelled _,
                 BusEvent.Answered _, BusEvent.StreamTaken _, BusEvent.SubscriptionsChanged _, BusEvent.SessionsEnded _ -> Optional.empty();
        };
    }
}
