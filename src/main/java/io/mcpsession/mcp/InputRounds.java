package io.mcpsession.mcp;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;

/** Members of calls and results that take several rounds (2026-07-28, Multi Round-Trip Requests). */
public final class InputRounds {

    public static final String RESULT_TYPE = "resultType";
    public static final String INPUT_REQUIRED = "input_required";
    public static final String REQUESTS = "inputRequests";
    public static final String RESPONSES = "inputResponses";
    public static final String STATE = "requestState";

    private InputRounds() {
    }

    /** Whether a result asks for input instead of answering. */
    public static boolean wants(JsonObject result) {
        return result.get(RESULT_TYPE) instanceof JsonString type && type.getString().equals(INPUT_REQUIRED);
    }
}
