package io.mcpsession.conformance;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolResult;
import jakarta.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tools whose questions the stateless era asks in rounds of one call. */
final class MultiRoundTools {

    private static final String PREFIX = "test_input_required_result_";

    private MultiRoundTools() {
    }

    static List<Tool> all() {
        return List.of(
                FixtureTool.of(PREFIX + "elicitation", "Asks for a name.", (call, _) ->
                        ToolResult.text("Hello, " + askName(call, "user_name", "What is your name?") + "!")),
                FixtureTool.of(PREFIX + "sampling", "Asks the client's model.", (call, _) ->
                        ToolResult.text("Sampling result: " + Questions.text(call.ask("capital_question",
                                Questions.sampling("What is the capital of France?", 100))))),
                FixtureTool.of(PREFIX + "list_roots", "Asks for the client's roots.", (call, _) ->
                        ToolResult.text("Found " + roots(call.ask("client_roots", new ClientRequest.Roots())))),
                FixtureTool.of(PREFIX + "request_state", "Asks for a confirmation.", (call, _) -> {
                    confirm(call);
                    return ToolResult.text("state-ok: requestState validated");
                }),
                FixtureTool.of(PREFIX + "tampered_state", "Asks for a confirmation.", (call, _) -> {
                    confirm(call);
                    return ToolResult.text("integrity-ok: state verified");
                }),
                FixtureTool.of(PREFIX + "multiple_inputs", "Asks three things at once.",
                        (call, _) -> multipleInputs(call)),
                FixtureTool.of(PREFIX + "multi_round", "Asks one thing after the other.", (call, _) -> {
                    String name = askName(call, "step1", "Step 1: What is your name?");
                    JsonObject color = call.ask("step2",
                            Questions.elicitation("Step 2: What is your favorite color?", "color", "string"));
                    return ToolResult.text("Multi-round complete for " + name + " who likes "
                            + Questions.field(color, "color"));
                }),
                FixtureTool.of(PREFIX + "capabilities", "Asks what this client can answer.",
                        (call, _) -> capabilities(call)));
    }

    private static String askName(Call call, String key, String message) {
        return Questions.field(call.ask(key, Questions.elicitation(message, "name", "string")), "name");
    }

    private static void confirm(Call call) {
        call.ask("confirm", Questions.elicitation("Please confirm", "ok", "boolean"));
    }

    private static ToolResult multipleInputs(Call call) {
        Map<String, ClientRequest> questions = new LinkedHashMap<>();
        questions.put("user_name", Questions.elicitation("What is your name?", "name", "string"));
        questions.put("greeting", Questions.sampling("Generate a greeting", 50));
        questions.put("client_roots", new ClientRequest.Roots());
        Map<String, JsonObject> answers = call.ask(questions);
        return ToolResult.text("Name: " + Questions.field(answers.get("user_name"), "name")
                + "; Greeting: " + Questions.text(answers.get("greeting"))
                + "; " + roots(answers.get("client_roots")));
    }

    private static ToolResult capabilities(Call call) {
        Map<String, ClientRequest> questions = new LinkedHashMap<>();
        if (call.clientCan("elicitation")) {
            questions.put("elicit_input", Questions.elicitation("Elicitation input", "value", "string"));
        }
        if (call.clientCan("sampling")) {
            questions.put("sample_input", Questions.sampling("Sample request", 50));
        }
        return ToolResult.text(questions.isEmpty()
                ? "No supported capabilities declared"
                : "capabilities-ok: received " + String.join(",", call.ask(questions).keySet()));
    }

    private static String roots(JsonObject answer) {
        return answer.getJsonArray("roots").size() + " root(s)";
    }
}
