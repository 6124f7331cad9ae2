package io.mcpsession.redis;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.relay.BusEvent.Text;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.util.Optional;

/** The stored form of a bus event: one JSON object. */
final class BusEventText {

    private static final JsonProvider JSON = JsonProvider.provider();

    private static final String TYPE = "type";
    private static final String SESSION = "session";
    private static final String ID = "id";
    private static final String TEXT = "text";
    private static final String KEPT = "kept";

    private BusEventText() {
    }

    static String write(BusEvent event) {
        JsonObjectBuilder json = JSON.createObjectBuilder();
        switch (event) {
            case BusEvent.Cancelled(SessionId session, String request) ->
                    json.add(TYPE, "cancelled").add(SESSION, session.value()).add(ID, request);
            case BusEvent.Answered(SessionId session, String question, Text response) ->
                    add(json.add(TYPE, "answered").add(SESSION, session.value()).add(ID, question), response);
            case BusEvent.StreamTaken(SessionId session, String holder) ->
                    json.add(TYPE, "stream-taken").add(SESSION, session.value()).add(ID, holder);
            case BusEvent.SubscriptionsChanged(SessionId session) ->
                    json.add(TYPE, "subscriptions-changed").add(SESSION, session.value());
            case BusEvent.SessionMessage(SessionId session, Text message) ->
                    add(json.add(TYPE, "session-message").add(SESSION, session.value()), message);
            case BusEvent.SessionBridged(SessionId session) ->
                    json.add(TYPE, "session-bridged").add(SESSION, session.value());
            case BusEvent.SessionsEnded(String user) -> json.add(TYPE, "sessions-ended").add(ID, user);
            case BusEvent.ListChanged(BusEvent.Kind kind) -> json.add(TYPE, "list-changed").add(ID, kind.name());
            case BusEvent.ResourceUpdated(String uri) -> json.add(TYPE, "resource-updated").add(TEXT, uri);
        }
        return json.build().toString();
    }

    /** Empty for an event this version does not know. */
    static Optional<BusEvent> read(String text) {
        try {
            JsonObject json = Json.parseStored(text).asJsonObject();
            return Optional.ofNullable(switch (json.getString(TYPE)) {
                case "cancelled" -> new BusEvent.Cancelled(session(json), json.getString(ID));
                case "answered" -> new BusEvent.Answered(session(json), json.getString(ID), text(json));
                case "stream-taken" -> new BusEvent.StreamTaken(session(json), json.getString(ID));
                case "subscriptions-changed" -> new BusEvent.SubscriptionsChanged(session(json));
                case "session-message" -> new BusEvent.SessionMessage(session(json), text(json));
                case "session-bridged" -> new BusEvent.SessionBridged(session(json));
                case "sessions-ended" -> new BusEvent.SessionsEnded(json.getString(ID));
                case "list-changed" -> new BusEvent.ListChanged(BusEvent.Kind.valueOf(json.getString(ID)));
                case "resource-updated" -> new BusEvent.ResourceUpdated(json.getString(TEXT));
                default -> null;
            });
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static void add(JsonObjectBuilder json, Text text) {
        switch (text) {
            case Text.Inline(String inline) -> json.add(TEXT, inline);
            case Text.Kept(String name) -> json.add(KEPT, name);
        }
    }

    private static Text text(JsonObject json) {
        return json.containsKey(KEPT) ? new Text.Kept(json.getString(KEPT)) : new Text.Inline(json.getString(TEXT));
    }

    private static SessionId session(JsonObject json) {
        return new SessionId(json.getString(SESSION));
    }
}
