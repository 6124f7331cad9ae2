package io.mcpsession.conformance;

import io.mcpsession.handler.Content;
import io.mcpsession.handler.ResourceContents;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolException;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.util.List;

/** Tools that give one kind of content each. */
final class ConformanceTools {

    /** Keywords of JSON Schema 2020-12 that must come through as they are. */
    private static final JsonObject SCHEMA_2020_12 = Json.parseObject("""
            {"$schema": "https://json-schema.org/draft/2020-12/schema",
             "type": "object",
             "$defs": {"address": {"$anchor": "addressDef", "type": "object",
                                   "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
             "properties": {"name": {"type": "string"},
                            "address": {"$ref": "#/$defs/address"},
                            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                            "phone": {"type": "string"},
                            "email": {"type": "string"}},
             "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
             "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
             "then": {"required": ["phone"]},
             "else": {"required": ["email"]},
             "additionalProperties": false}""");

    /** Arguments of each type that headers repeat, one of them further down. */
    private static final JsonObject MIRRORED = Json.parseObject("""
            {"type": "object",
             "properties": {"region": {"type": "string", "x-mcp-header": "Region"},
                            "count": {"type": "integer", "x-mcp-header": "Count"},
                            "dry": {"type": "boolean", "x-mcp-header": "Dry-Run"},
                            "deep": {"type": "object",
                                     "properties": {"er": {"type": "string", "x-mcp-header": "Deeper"}}},
                            "plain": {"type": "string"}}}""");

    private ConformanceTools() {
    }

    static List<Tool> all() {
        return List.of(
                FixtureTool.of("test_simple_text", "Gives a text.",
                        (_, _) -> ToolResult.text("This is a simple text response for testing.")),
                FixtureTool.of("test_image_content", "Gives a picture.",
                        (_, _) -> ToolResult.of(Content.image(Samples.image(), Samples.PNG))),
                FixtureTool.of("test_audio_content", "Gives a sound.",
                        (_, _) -> ToolResult.of(Content.audio(Samples.audio(), Samples.WAV))),
                FixtureTool.of("test_embedded_resource", "Gives a resource with its contents.",
                        (_, _) -> ToolResult.of(Content.embedded(new ResourceContents.Text("test://embedded-resource",
                                "text/plain", "This is an embedded resource content.")))),
                FixtureTool.of("test_multiple_content_types", "Gives a text, a picture and a resource.",
                        (_, _) -> ToolResult.of(
                                Content.text("Multiple content types test:"),
                                Content.image(Samples.image(), Samples.PNG),
                                Content.embedded(new ResourceContents.Text("test://mixed-content-resource",
                                        "application/json", "{\"test\":\"data\",\"value\":123}")))),
                FixtureTool.of("test_error_handling", "Fails.", (_, _) -> {
                    throw new ToolException("This tool intentionally returns an error for testing");
                }),
                FixtureTool.of("test_mirrored_arguments", "Has arguments that headers repeat.", MIRRORED,
                        (_, arguments) -> ToolResult.text("Called with: " + arguments.json())),
                FixtureTool.of("json_schema_2020_12_tool", "Has a schema with many keywords.", SCHEMA_2020_12,
                        (_, arguments) -> ToolResult.text("Called with: " + arguments.json())));
    }
}
