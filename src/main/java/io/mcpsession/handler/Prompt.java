package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;

/** One prompt. Built once at start; must be thread-safe. */
public interface Prompt {

    Description description();

    /**
     * @param arguments those that are required are there
     */
    Result get(Call call, Map<String, String> arguments);

    /** Suggests values for an argument; none by default. */
    default List<String> complete(String argument, String value, Map<String, String> context) {
        return List.of();
    }

    /** What {@code prompts/list} says of it. */
    record Description(String name, String title, String description, List<Argument> arguments) {

        public JsonObject json() {
            JsonArrayBuilder list = Json.array();
            arguments.forEach(argument -> list.add(argument.json()));
            return Json.object()
                    .add("name", name)
                    .add("title", title)
                    .add("description", description)
                    .add("arguments", list)
                    .build();
        }
    }

    /** One argument of a prompt. */
    record Argument(String name, String description, boolean required) {

        JsonObject json() {
            return Json.object()
                    .add("name", name)
                    .add("description", description)
                    .add("required", required)
                    .build();
        }
    }

    /** What getting a prompt gives. */
    record Result(String description, List<Message> messages) {

        public JsonObject json() {
            JsonArrayBuilder list = Json.array();
            messages.forEach(message -> list.add(message.json()));
            return Json.object().add("description", description).add("messages", list).build();
        }
    }

    /**
     * One message of a prompt.
     *
     * @param role    {@code user} or {@code assistant}
     * @param content a block of {@link Content}
     */
    record Message(String role, JsonObject content) {

        JsonObject json() {
            return Json.object().add("role", role).add("content", content).build();
        }
    }
}
