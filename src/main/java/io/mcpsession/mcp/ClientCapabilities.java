package io.mcpsession.mcp;

import jakarta.json.JsonObject;

/** What a client declares that it can be asked. */
final class ClientCapabilities {

    private ClientCapabilities() {
    }

    static boolean include(JsonObject declared, String capability) {
        if (capability.equals("elicitation") && declared.get(capability) instanceof JsonObject modes) {
            // This server asks by form, which is also what no mode at all means (2025-11-25, Elicitation, Capabilities).
            return modes.isEmpty() || modes.containsKey("form");
        }
        return declared.containsKey(capability);
    }
}
