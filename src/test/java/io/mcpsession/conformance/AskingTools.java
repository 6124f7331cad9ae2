package io.mcpsession.conformance;

import io.mcpsession.handler.ClientRequest;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;

/** Tools that ask the client one thing, as clients of the session era are tested with. */
final class AskingTools {

    private static final String QUESTION = "question";
    private static final JsonObject DEFAULTS = Json.parseObject("""
            {"type": "object",
             "properties": {
               "name": {"type": "string", "description": "User name", "default": "John Doe"},
               "age": {"type": "integer", "description": "User age", "default": 30},
               "score": {"type": "number", "description": "User score", "default": 95.5},
               "status": {"type": "string", "description": "User status",
                          "enum": ["active", "inactive", "pending"], "default": "active"},
               "verified": {"type": "boolean", "description": "Verification status", "default": true}},
             "required": []}""");
    private static final JsonObject ENUMS = Json.parseObject("""
            {"type": "object",
             "properties": {
               "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
               "titledSingle": {"type": "string",
                                "oneOf": [{"const": "value1", "title": "First Option"},
                                          {"const": "value2", "title": "Second Option"},
                                          {"const": "value3", "title": "Third Option"}]},
               "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"],
                              "enumNames": ["Option One", "Option Two", "Option Three"]},
               "untitledMulti": {"type": "array", "minItems": 1, "maxItems": 3,
                                 "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
               "titledMulti": {"type": "array", "minItems": 1, "maxItems": 3,
                               "items": {"anyOf": [{"const": "value1", "title": "First Choice"},
                                                   {"const": "value2", "title": "Second Choice"},
                                                   {"const": "value3", "title": "Third Choice"}]}}},
             "required": []}""");

    private AskingTools() {
    }

    static List<Tool> all() {
        return List.of(
                FixtureTool.of("test_sampling", "Asks the client's model.", "prompt", (call, prompt) -> {
                    JsonObject answer = call.ask(QUESTION, Questions.sampling(prompt, 100));
                    return ToolResult.text("LLM response: " + Questions.text(answer));
                }),
                FixtureTool.of("test_elicitation", "Asks the user.", "message", (call, message) -> {
                    JsonObject answer = call.ask(QUESTION, Questions.elicitation(message, "response", "string"));
                    return ToolResult.text("User response: " + told(answer));
                }),
                form("test_elicitation_sep1034_defaults", "Asks for values that have defaults.", DEFAULTS),
                form("test_elicitation_sep1330_enums", "Asks for choices of every kind.", ENUMS),
                FixtureTool.of("test_missing_capability", "Cannot do without the client's model.", (call, _) -> {
                    call.ask(QUESTION, Questions.sampling("Say something.", 10));
                    return ToolResult.text("Success");
                }),
                FixtureTool.of("test_streaming_elicitation", "Reports progress and then asks the user.", (call, _) -> {
                    call.progress(50, 100, "");
                    JsonObject answer = call.ask(QUESTION, Questions.elicitation("Go on?", "ok", "boolean"));
                    return ToolResult.text("Streaming complete: " + told(answer));
                }));
    }

    private static Tool form(String name, String description, JsonObject schema) {
        return FixtureTool.of(name, description, (call, _) -> ToolResult.text("Elicitation completed: "
                + told(call.ask(QUESTION, new ClientRequest.Elicitation("Please fill in the form.", schema)))));
    }

    private static String told(JsonObject answer) {
        JsonValue action = answer.getOrDefault("action", JsonValue.NULL);
        return "action=" + (action instanceof JsonString text ? text.getString() : action)
                + ", content=" + answer.getOrDefault("content", JsonValue.EMPTY_JSON_OBJECT);
    }
}
