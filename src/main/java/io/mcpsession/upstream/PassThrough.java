package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.limit.Deadlines.Deadline;
import io.mcpsession.limit.Deadlines.Pause;
import io.mcpsession.mcp.Notifications;
import io.mcpsession.mcp.schema.RevisionSchema;
import io.mcpsession.mcpclient.Incoming;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Hands on what a server says during a call to the client of that call, and the client's answers back. */
final class PassThrough implements Incoming {

    private final Call call;
    private final Deadline deadline;
    private final Gate.Place place;
    private final Incoming others;
    private final AtomicInteger asked = new AtomicInteger();

    /**
     * @param place  the call's among those to its server, which it needs not hold while somebody is asked
     * @param others hears what is not of this call, such as that a list changed
     */
    PassThrough(Call call, Deadline deadline, Gate.Place place, Incoming others) {
        this.call = call;
        this.deadline = deadline;
        this.place = place;
        this.others = others;
    }

    @Override
    public void notification(String method, JsonObject params) {
        switch (method) {
            case "notifications/progress" -> {
                if (params.get("progress") instanceof JsonNumber) {
                    call.progress(number(params, "progress"), number(params, "total"),
                            params.get("message") instanceof JsonString text ? text.getString() : "");
                }
            }
            case Notifications.MESSAGE -> call.relay(method, RevisionSchema.logMessage(params));
            case "notifications/elicitation/complete" -> {
                if (params.get("elicitationId") instanceof JsonString) {
                    call.relay(method, params);
                }
            }
            default -> others.notification(method, params);
        }
    }

    private static double number(JsonObject params, String name) {
        double value = params.get(name) instanceof JsonNumber number ? number.doubleValue() : 0;
        return Math.clamp(value, -Double.MAX_VALUE, Double.MAX_VALUE);
    }

    @Override
    public JsonObject question(String method, JsonObject params) {
        // The same key each time the call is run anew for a stateless client: questions come in the same order.
        String key = asked.incrementAndGet() + "." + method;
        try {
            return ask(Map.of(key, request(method, params))).get(key);
        } catch (ClientRefusedException e) {
            // What the client answered, word for word.
            throw new RpcException(e.error());
        }
    }

    /**
     * Asks what a server wants to know before it goes on; {@code round} keeps equal keys of two rounds apart.
     *
     * @throws ClientRefusedException when the client answered with an error or not in time: no round can say so
     */
    Map<String, JsonObject> answers(int round, JsonObject questions) {
        Map<String, ClientRequest> requests = new LinkedHashMap<>();
        questions.forEach((key, question) -> {
            if (question instanceof JsonObject object && object.get("method") instanceof JsonString method) {
                requests.put(round + "." + key, request(method.getString(),
                        object.get("params") instanceof JsonObject params ? params : JsonValue.EMPTY_JSON_OBJECT));
            }
        });
        Map<String, JsonObject> answers = new LinkedHashMap<>();
        ask(requests).forEach((key, answer) -> answers.put(key.substring(key.indexOf('.') + 1), answer));
        return answers;
    }

    private Map<String, JsonObject> ask(Map<String, ClientRequest> requests) {
        try (Pause _ = deadline.pause(); Pause _ = place.pause()) {
            return call.ask(requests);
        }
    }

    private ClientRequest request(String method, JsonObject params) {
        return ClientRequests.relayed(call.clientCapabilities(), method, params);
    }
}
