package io.mcpsession.conformance;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Completion;
import io.mcpsession.handler.Content;
import io.mcpsession.handler.Prompt;
import io.mcpsession.handler.ResourceContents;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** Prompts. */
final class ConformancePrompts {

    private ConformancePrompts() {
    }

    static List<Prompt> all() {
        return List.of(
                new Fixture("test_simple_prompt", List.of(), (_, _) -> List.of(
                        user("This is a simple prompt for testing."))),
                new Fixture("test_prompt_with_arguments", List.of("arg1", "arg2"), (_, arguments) -> List.of(
                        user("Prompt with arguments: arg1='%s', arg2='%s'"
                                .formatted(arguments.get("arg1"), arguments.get("arg2"))))),
                new Fixture("test_prompt_with_embedded_resource", List.of("resourceUri"), (_, arguments) -> List.of(
                        new Prompt.Message("user", Content.embedded(new ResourceContents.Text(
                                arguments.get("resourceUri"), "text/plain", "Embedded resource content for testing."))),
                        user("Please process the embedded resource above."))),
                new Fixture("test_prompt_with_image", List.of(), (_, _) -> List.of(
                        new Prompt.Message("user", Content.image(Samples.image(), Samples.PNG)),
                        user("Please analyze the image above."))),
                new Fixture("test_input_required_result_prompt", List.of(), (call, _) -> List.of(
                        user("Prompt with context: " + Questions.field(call.ask("user_context", Questions.elicitation(
                                "What context should the prompt use?", "context", "string")), "context")))));
    }

    private static Prompt.Message user(String text) {
        return new Prompt.Message("user", Content.text(text));
    }

    private record Fixture(String name, List<String> required,
                           BiFunction<Call, Map<String, String>, List<Message>> messages) implements Prompt {

        @Override
        public Description description() {
            return new Description(name, name, "A prompt for testing.", required.stream()
                    .map(argument -> new Argument(argument, "A test argument.", true)).toList());
        }

        @Override
        public Result get(Call call, Map<String, String> arguments) {
            return new Result("A prompt for testing.", messages.apply(call, arguments));
        }

        @Override
        public Completion complete(Call call, String argument, String value, Map<String, String> context) {
            return Completion.of(Stream.of("paris", "park", "party").filter(word -> word.startsWith(value)).toList());
        }
    }
}
