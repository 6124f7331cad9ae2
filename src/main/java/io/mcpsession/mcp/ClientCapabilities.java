package io.mcpsession.mcp;

import io.mcpsession.handler.ClientRequest;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/** What a client declares that it can be asked. */
final class ClientCapabilities {

    private ClientCapabilities() {
    }

    /** Whether a client can be asked. Another server's question is left to the client, which knows its own modes. */
    static boolean allow(JsonObject declared, ClientRequest question) {
        return question instanceof ClientRequest.Relayed
                ? declared.getOrDefault(question.capability(), JsonValue.NULL) != JsonValue.NULL
                : include(declared, question.capability());
    }

    static boolean include(JsonObject declared, String capability) {
        if (capability.equals("elicitation") && declared.get(capability) instanceof JsonObject modes) {
            // This server asks by form, which is also what no mode at all means (2025-11-25, Elicitation, Capabilities).
            return modes.isEmpty() || modes.containsKey("form");
        }
        return declared.containsKey(capability);
    }
}
