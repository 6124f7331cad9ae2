package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What {@code tools/list} says of a tool.
 *
 * @param name         1 to 128 of {@code [A-Za-z0-9_./-]} (2025-11-25, Tools, Tool Names; the slash is what servers in use have)
 * @param title        for people
 * @param description  for the model
 * @param inputSchema  JSON Schema of the arguments; {@code type} is {@code object}
 * @param outputSchema JSON Schema of the structured result, if it has one
 * @param hints        what a client may expect of a run
 * @param scopes       what the caller's token must grant, beside what every token must; empty for no more
 */
public record ToolDescription(String name, String title, String description, JsonObject inputSchema,
                              Optional<JsonObject> outputSchema, Hints hints, List<String> scopes) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_./-]{1,128}");

    public ToolDescription {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a tool's name takes 1 to 128 of A-Z a-z 0-9 _ . / -, was " + name);
        }
        scopes = List.copyOf(scopes);
    }

    /** A tool that asks no more of a token than the server does. */
    public ToolDescription(String name, String title, String description, JsonObject inputSchema,
                           Optional<JsonObject> outputSchema, Hints hints) {
        this(name, title, description, inputSchema, outputSchema, hints, List.of());
    }

    /** The same tool for tokens that grant these scopes. */
    public ToolDescription requiring(String... needed) {
        return new ToolDescription(name, title, description, inputSchema, outputSchema, hints, List.of(needed));
    }

    /**
     * All four annotations: ChatGPT treats a tool without them as a write and asks the user each time.
     *
     * @param readOnly    changes nothing
     * @param destructive may destroy something
     * @param idempotent  running it twice is the same as once
     * @param openWorld   reaches beyond this server
     */
    public record Hints(boolean readOnly, boolean destructive, boolean idempotent, boolean openWorld) {

        JsonObject json() {
            return Json.object()
                    .add("readOnlyHint", readOnly)
                    .add("destructiveHint", destructive)
                    .add("idempotentHint", idempotent)
                    .add("openWorldHint", openWorld)
                    .build();
        }
    }

    public JsonObject json() {
        JsonObjectBuilder json = Json.object()
                .add("name", name)
                .add("title", title)
                .add("description", description)
                .add("inputSchema", inputSchema);
        outputSchema.ifPresent(schema -> json.add("outputSchema", schema));
        json.add("annotations", hints.json());
        if (!scopes.isEmpty()) {
            // ChatGPT's extension, by which it asks for the scopes before the first call; it wants both places.
            JsonArray schemes = Json.array(List.of(
                    Json.object().add("type", "oauth2").add("scopes", Json.strings(scopes)).build()));
            json.add("securitySchemes", schemes)
                    .add("_meta", Json.object().add("securitySchemes", schemes));
        }
        return json.build();
    }
}
