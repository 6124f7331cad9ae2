package io.mcpsession.mcp;

import io.mcpsession.handler.ClientRequest;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.Set;

/** Whether an answer has the form its question wants, so that handlers need not look. */
final class Answers {

    private static final Set<String> ACTIONS = Set.of("accept", "decline", "cancel");

    private Answers() {
    }

    static boolean fits(ClientRequest question, JsonObject answer) {
        return switch (question) {
            case ClientRequest.Elicitation _ -> answer.get("action") instanceof JsonString action
                    && ACTIONS.contains(action.getString())
                    && (!answer.containsKey("content") || answer.get("content") instanceof JsonObject);
            case ClientRequest.Sampling _ -> answer.get("role") instanceof JsonString && answer.containsKey("content");
            case ClientRequest.Relayed _ -> true;
            case ClientRequest.Roots _ -> answer.get("roots") instanceof JsonArray;
        };
    }
}
