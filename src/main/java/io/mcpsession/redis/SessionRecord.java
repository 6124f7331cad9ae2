package io.mcpsession.redis;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The stored form of a session: one JSON object, readable with redis-cli. Members this version does not know survive a
 * rewrite, because old and new replicas share one Redis during a rolling update.
 */
final class SessionRecord {

    private static final int VERSION = 1;

    // The static methods of jakarta.json.Json look the provider up on every call.
    private static final JsonProvider JSON = JsonProvider.provider();

    private static final String ID = "id";
    private static final String SCHEMA = "v";
    private static final String ISSUER = "issuer";
    private static final String SUBJECT = "subject";
    /** The owner's fingerprint, so that a script can find the owner's index without knowing SHA-256. */
    private static final String USER = "user";
    private static final String CREATED = "created";
    private static final String PROTOCOL = "protocol";
    private static final String CLIENT = "client";
    private static final String CLIENT_NAME = "name";
    private static final String CLIENT_VERSION = "version";
    private static final String CLIENT_CAPABILITIES = "capabilities";
    private static final String ATTRIBUTES = "attributes";
    private static final String EPOCH = "epoch";
    private static final Set<String> KNOWN =
            Set.of(ID, SCHEMA, ISSUER, SUBJECT, USER, CREATED, PROTOCOL, CLIENT, ATTRIBUTES, EPOCH);

    private SessionRecord() {
    }

    /**
     * How every record of an owner begins. The lookup script compares this much and so knows the owner without parsing
     * JSON; therefore the member stays first in every version.
     *
     * @param owner by the fingerprint
     */
    static String beginning(String owner) {
        return "{\"" + USER + "\":\"" + owner + "\"";
    }

    static String write(Session session) {
        ClientInfo client = session.client();
        JsonObjectBuilder attributes = JSON.createObjectBuilder();
        session.attributes().forEach(attributes::add);
        JsonObjectBuilder record = JSON.createObjectBuilder()
                .add(USER, session.owner().fingerprint())
                .add(SCHEMA, VERSION)
                // Among them a version above ours, so that who knows it finds it as it was.
                .addAll(JSON.createObjectBuilder(parse(session.carried())))
                .add(ID, session.id().value())
                .add(ISSUER, session.owner().issuer())
                .add(SUBJECT, session.owner().subject())
                .add(CREATED, session.created().toEpochMilli())
                .add(PROTOCOL, session.protocolVersion())
                .add(CLIENT, JSON.createObjectBuilder()
                        .add(CLIENT_NAME, client.name())
                        .add(CLIENT_VERSION, client.version())
                        .add(CLIENT_CAPABILITIES, parse(client.capabilities())))
                .add(ATTRIBUTES, attributes);
        if (session.epoch() != session.created().toEpochMilli()) {
            // Hardly any session is ever revived, and each byte here is paid for a million times.
            record.add(EPOCH, session.epoch());
        }
        return record.build().toString();
    }

    /**
     * @throws IllegalStateException when the text is no session record; the message names the member, not the content
     */
    static Session read(String text, Instant expires) {
        try {
            JsonObject json = parse(text);
            JsonObject client = json.getJsonObject(CLIENT);
            return new Session(
                    new SessionId(json.getString(ID)),
                    new Principal(json.getString(ISSUER), json.getString(SUBJECT)),
                    Instant.ofEpochMilli(json.getJsonNumber(CREATED).longValueExact()),
                    expires,
                    json.getString(PROTOCOL),
                    new ClientInfo(client.getString(CLIENT_NAME), client.getString(CLIENT_VERSION),
                            client.getJsonObject(CLIENT_CAPABILITIES).toString()),
                    attributes(json.getJsonObject(ATTRIBUTES)),
                    json.getJsonNumber(json.containsKey(EPOCH) ? EPOCH : CREATED).longValueExact(),
                    unknown(json));
        } catch (RuntimeException e) {
            throw new IllegalStateException("a stored session record cannot be read: " + e.getClass().getSimpleName(),
                    e);
        }
    }

    private static Map<String, String> attributes(JsonObject json) {
        if (json.isEmpty()) {
            return Map.of();
        }
        Map<String, String> attributes = HashMap.newHashMap(json.size());
        json.keySet().forEach(name -> attributes.put(name, json.getString(name)));
        return attributes;
    }

    private static String unknown(JsonObject json) {
        boolean later = json.getInt(SCHEMA, VERSION) > VERSION;
        if (!later && KNOWN.containsAll(json.keySet())) {
            return JsonValue.EMPTY_JSON_OBJECT.toString();
        }
        JsonObjectBuilder unknown = JSON.createObjectBuilder();
        json.forEach((name, value) -> {
            if (!KNOWN.contains(name) || later && name.equals(SCHEMA)) {
                unknown.add(name, value);
            }
        });
        return unknown.build().toString();
    }

    private static JsonObject parse(String text) {
        if (text.equals("{}")) {
            return JsonValue.EMPTY_JSON_OBJECT;
        }
        return Json.parseStored(text).asJsonObject();
    }
}
