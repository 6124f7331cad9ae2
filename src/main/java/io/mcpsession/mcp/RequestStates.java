package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Sha256;
import io.mcpsession.session.SigningKey;
import io.mcpsession.session.SigningKeys;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The state a client carries from one round of a call to the next: the answers so far, signed and bound to the user, the
 * request and a time (2026-07-28, Multi Round-Trip Requests, Security). A client can read it, all of it being its own
 * words, but not change it, keep it for long, or use it for another call.
 */
final class RequestStates {

    /** Keeps these signatures apart from those of session ids, which the same keys make. */
    private static final String PURPOSE = "request-state/1 ";
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final SigningKeys keys;
    private final InstantSource clock;
    private final Duration validity;

    RequestStates(SigningKeys keys, InstantSource clock, Duration validity) {
        this.keys = keys;
        this.clock = clock;
        this.validity = validity;
    }

    String seal(Principal principal, Message.Request request, Map<String, JsonObject> answers) {
        JsonObjectBuilder known = Json.object();
        answers.forEach(known::add);
        String payload = ENCODER.encodeToString(Json.object()
                .add("user", principal.fingerprint())
                .add("request", digest(request))
                .add("until", clock.instant().plus(validity).toEpochMilli())
                .add("answers", known)
                .build().toString().getBytes(UTF_8));
        return payload + "." + signature(keys.current().getFirst(), payload);
    }

    /**
     * The answers that a state holds.
     *
     * @throws RpcException when it is forged, expired, somebody else's or another request's
     */
    Map<String, JsonObject> open(Principal principal, Message.Request request, String state) {
        int dot = state.indexOf('.');
        if (dot < 0 || !signed(state.substring(0, dot), state.substring(dot + 1))) {
            throw invalid();
        }
        JsonObject payload = Json.parseObject(new String(Base64.getUrlDecoder().decode(state.substring(0, dot)), UTF_8));
        if (!payload.getString("user").equals(principal.fingerprint())
                || !payload.getString("request").equals(digest(request))
                || payload.getJsonNumber("until").longValue() < clock.millis()) {
            throw invalid();
        }
        Map<String, JsonObject> answers = new HashMap<>();
        payload.getJsonObject("answers").forEach((key, answer) -> answers.put(key, answer.asJsonObject()));
        return answers;
    }

    private boolean signed(String payload, String signature) {
        return keys.current().stream().anyMatch(key ->
                MessageDigest.isEqual(signature(key, payload).getBytes(UTF_8), signature.getBytes(UTF_8)));
    }

    private static String signature(SigningKey key, String payload) {
        return ENCODER.encodeToString(key.sign((PURPOSE + payload).getBytes(UTF_8)));
    }

    /** What makes two rounds the same call: the method and the params but for what changes from round to round. */
    private static String digest(Message.Request request) {
        JsonObject params = Json.object(request.params())
                .remove(Meta.META).remove(InputRounds.RESPONSES).remove(InputRounds.STATE).build();
        StringBuilder text = new StringBuilder(request.method());
        canonical(params, text);
        return ENCODER.encodeToString(Sha256.of(text.toString()));
    }

    /**
     * Writes JSON that does not depend on the order of members, which a client may change. Each character is written once,
     * however deep it stands.
     */
    private static void canonical(JsonValue value, StringBuilder text) {
        switch (value) {
            case JsonObject object -> {
                Map<String, JsonValue> members = new TreeMap<>();
                object.forEach((name, member) -> members.put(Json.string(name).toString(), member));
                String before = "{";
                for (Map.Entry<String, JsonValue> member : members.entrySet()) {
                    text.append(before).append(member.getKey()).append('=');
                    canonical(member.getValue(), text);
                    before = ", ";
                }
                text.append(members.isEmpty() ? "{}" : "}");
            }
            case JsonArray array -> {
                String before = "[";
                for (JsonValue item : array) {
                    text.append(before);
                    canonical(item, text);
                    before = ", ";
                }
                text.append(array.isEmpty() ? "[]" : "]");
            }
            default -> text.append(value);
        }
    }

    private static RpcException invalid() {
        return RpcException.invalidParams("requestState is not valid for this call; start the call again without it");
    }
}
