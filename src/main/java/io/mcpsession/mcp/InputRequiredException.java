package io.mcpsession.mcp;

import io.mcpsession.handler.ClientRequest;
import jakarta.json.JsonObject;
import java.util.Map;

/** Ends a round of a stateless call: the client has questions to answer first. */
final class InputRequiredException extends RuntimeException {

    private final transient Map<String, ClientRequest> questions;
    private final transient Map<String, JsonObject> answers;

    InputRequiredException(Map<String, ClientRequest> questions, Map<String, JsonObject> answers) {
        super("input required", null, false, false);
        this.questions = questions;
        this.answers = answers;
    }

    Map<String, ClientRequest> questions() {
        return questions;
    }

    /** What is answered already and must not be asked again. */
    Map<String, JsonObject> answers() {
        return answers;
    }
}
