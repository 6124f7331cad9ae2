package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/** What a client can be asked while a call runs. */
public sealed interface ClientRequest {

    /** The JSON-RPC method. */
    String method();

    /** The client capability it needs. */
    String capability();

    JsonObject params();

    /**
     * Asks the user to fill in a form. Never ask for secrets this way.
     *
     * @param requestedSchema a flat JSON Schema object
     */
    record Elicitation(String message, JsonObject requestedSchema) implements ClientRequest {

        @Override
        public String method() {
            return "elicitation/create";
        }

        @Override
        public String capability() {
            return "elicitation";
        }

        @Override
        public JsonObject params() {
            return Json.object()
                    .add("mode", "form")
                    .add("message", message)
                    .add("requestedSchema", requestedSchema)
                    .build();
        }
    }

    /**
     * Asks the client's model.
     *
     * @param params {@code messages}, {@code maxTokens} and what else the revision knows
     */
    record Sampling(JsonObject params) implements ClientRequest {

        @Override
        public String method() {
            return "sampling/createMessage";
        }

        @Override
        public String capability() {
            return "sampling";
        }
    }

    /**
     * A question of another server, passed on unchanged. The client's result is not looked at either.
     *
     * @param capability the client capability that the method belongs to
     */
    record Relayed(String method, String capability, JsonObject params) implements ClientRequest {
    }

    /** Asks for the client's root folders. */
    record Roots() implements ClientRequest {

        @Override
        public String method() {
            return "roots/list";
        }

        @Override
        public String capability() {
            return "roots";
        }

        @Override
        public JsonObject params() {
            return JsonValue.EMPTY_JSON_OBJECT;
        }
    }
}
