package io.mcpsession.redis;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A session as the fields of a Redis hash: first those of the original system, then ours, none of them empty. Scripts
 * take and give them as one JSON array: the id, then field and value in turn.
 *
 * <p>Redis keeps a hash compact as long as no value is longer than 64 bytes (374 bytes instead of 944 for a usual
 * session), so a longer value goes on in further fields: {@code capabilities}, {@code capabilities+1}, and so on.
 */
final class SessionFields {

    private static final int LONGEST_COMPACT = 64;
    /** What is longer than this would make many fields and is seldom; it stays in one. */
    private static final int LONGEST_SPLIT = 1024;

    private static final String USER_ID = "userId";
    private static final String CREATED = "created";
    private static final String USER = "user";
    private static final String ISSUER = "issuer";
    private static final String PROTOCOL = "protocol";
    private static final String CLIENT = "client";
    private static final String CLIENT_VERSION = "clientVersion";
    private static final String CAPABILITIES = "capabilities";
    private static final String ATTRIBUTES = "attributes";
    private static final String EPOCH = "epoch";
    private static final String NO_MEMBERS = "{}";
    /** The revision of clients that name none (2025-06-18, Transports); the original system kept no other. */
    private static final String ORIGINAL_PROTOCOL = "2025-03-26";

    // The static methods of jakarta.json.Json look the provider up on every call.
    private static final JsonProvider JSON = JsonProvider.provider();

    private SessionFields() {
    }

    static String write(Session session) {
        ClientInfo client = session.client();
        JsonObjectBuilder attributes = JSON.createObjectBuilder();
        session.attributes().forEach(attributes::add);
        JsonArrayBuilder array = JSON.createArrayBuilder().add(session.id().value())
                .add(USER_ID).add(session.owner().subject())
                .add(CREATED).add(Long.toString(session.created().toEpochMilli()))
                .add(USER).add(session.owner().fingerprint());
        add(array, ISSUER, session.owner().issuer());
        add(array, PROTOCOL, session.protocolVersion());
        add(array, CLIENT, client.name());
        add(array, CLIENT_VERSION, client.version());
        add(array, CAPABILITIES, withoutEmpty(client.capabilities()));
        add(array, ATTRIBUTES, withoutEmpty(attributes.build().toString()));
        if (session.epoch() != session.created().toEpochMilli()) {
            // Hardly any session is ever revived, and each byte here is paid for a million times.
            array.add(EPOCH).add(Long.toString(session.epoch()));
        }
        object(session.carried()).forEach((field, value) -> array.add(field).add(value));
        return array.build().toString();
    }

    private static String withoutEmpty(String object) {
        return object.equals(NO_MEMBERS) ? "" : object;
    }

    private static void add(JsonArrayBuilder array, String field, String value) {
        if (value.isEmpty()) {
            return;
        }
        int length = value.getBytes(UTF_8).length;
        if (length <= LONGEST_COMPACT || length > LONGEST_SPLIT) {
            array.add(field).add(value);
            return;
        }
        int part = 0;
        for (int from = 0; from < value.length(); part++) {
            int to = endOfPart(value, from);
            array.add(part(field, part)).add(value.substring(from, to));
            from = to;
        }
    }

    /** As far as 64 bytes go, without cutting a character in two. */
    private static int endOfPart(String value, int from) {
        int to = from;
        int bytes = 0;
        while (to < value.length()) {
            int character = value.codePointAt(to);
            bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
            if (bytes > LONGEST_COMPACT) {
                return to;
            }
            to += Character.charCount(character);
        }
        return to;
    }

    private static String part(String field, int number) {
        return number == 0 ? field : field + "+" + number;
    }

    /**
     * @throws IllegalStateException when the text is no session; the message does not repeat it
     */
    static Session read(String text, Instant expires) {
        try {
            JsonArray array = Json.parseStored(text).asJsonArray();
            Map<String, String> fields = LinkedHashMap.newLinkedHashMap(array.size() / 2);
            for (int i = 1; i + 1 < array.size(); i += 2) {
                fields.put(array.getString(i), array.getString(i + 1));
            }
            return read(new SessionId(array.getString(0)), fields, expires);
        } catch (RuntimeException e) {
            throw new IllegalStateException("a stored session cannot be read: " + e.getClass().getSimpleName(), e);
        }
    }

    private static Session read(SessionId id, Map<String, String> fields, Instant expires) {
        String subject = fields.remove(USER_ID);
        boolean ours = fields.remove(USER) != null;
        fields.remove(CREATED);
        String issuer = take(fields, ISSUER, "");
        Principal owner = ours ? new Principal(issuer, subject) : Principal.ofSubject(subject);
        String protocol = take(fields, PROTOCOL, ORIGINAL_PROTOCOL);
        ClientInfo client = new ClientInfo(take(fields, CLIENT, ""), take(fields, CLIENT_VERSION, ""),
                take(fields, CAPABILITIES, NO_MEMBERS));
        Map<String, String> attributes = new HashMap<>();
        JsonObject given = object(take(fields, ATTRIBUTES, NO_MEMBERS));
        given.keySet().forEach(name -> attributes.put(name, given.getString(name)));
        long epoch = Long.parseLong(take(fields, EPOCH, Long.toString(id.createdMillis())));
        JsonObjectBuilder unknown = JSON.createObjectBuilder();
        fields.forEach(unknown::add);
        return new Session(id, owner, Instant.ofEpochMilli(id.createdMillis()), expires, protocol, client,
                attributes, epoch, unknown.build().toString());
    }

    /** Takes a value out, with all its parts. */
    private static String take(Map<String, String> fields, String field, String otherwise) {
        String value = fields.remove(field);
        if (value == null) {
            return otherwise;
        }
        StringBuilder whole = new StringBuilder(value);
        for (int i = 1; fields.containsKey(part(field, i)); i++) {
            whole.append(fields.remove(part(field, i)));
        }
        return whole.toString();
    }

    private static JsonObject object(String text) {
        return Json.parseStored(text).asJsonObject();
    }
}
