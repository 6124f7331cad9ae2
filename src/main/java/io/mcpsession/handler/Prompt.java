package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;

/** One prompt. Built once at start; must be thread-safe. */
public interface Prompt {

    Description description();

    /** The same as {@code prompts/list} says it. */
    default JsonObject json() {
        return description().json();
    }

    /**
     * @param arguments those that are required are there
     */
    Result get(Call call, Map<String, String> arguments);

    /**
     * Whether an empty text for an argument that is not required means that there is none, as clients send it whose forms
     * were left blank. Not where arguments are passed on as they came.
     */
    default boolean emptyIsAbsent() {
        return true;
    }

    /** See {@link Tool#passesRoundsOn}. */
    default boolean passesRoundsOn() {
        return false;
    }

    /** Suggests values for an argument; none by default. */
    default Completion complete(Call call, String argument, String value, Map<String, String> context) {
        return Completion.NONE;
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

    /**
     * What getting a prompt gives.
     *
     * @param json as the protocol writes it
     */
    record Result(JsonObject json) {

        public Result(String description, List<Message> messages) {
            this(Json.object().add("description", description)
                    .add("messages", Json.array(messages.stream().map(Message::json).toList())).build());
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
