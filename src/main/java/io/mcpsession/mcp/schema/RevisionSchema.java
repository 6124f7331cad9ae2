package io.mcpsession.mcp.schema;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static io.mcpsession.mcp.schema.Scalars.BASE64;
import static io.mcpsession.mcp.schema.Scalars.DATE_TIME;
import static io.mcpsession.mcp.schema.Scalars.FLAG;
import static io.mcpsession.mcp.schema.Scalars.FRACTION;
import static io.mcpsession.mcp.schema.Scalars.NUMBER;
import static io.mcpsession.mcp.schema.Scalars.TEXT;
import static io.mcpsession.mcp.schema.Scalars.TOKEN;
import static io.mcpsession.mcp.schema.Scalars.oneOf;
import static io.mcpsession.mcp.schema.Structures.ANY;
import static io.mcpsession.mcp.schema.Structures.each;
import static io.mcpsession.mcp.schema.Structures.items;
import static io.mcpsession.mcp.schema.Structures.tagged;

/**
 * What a server may say to a client of one revision (the schema.ts of each, and what the official TypeScript clients check
 * beyond it). What another program says is fitted into it: one list that does not fit is a list that the client does not
 * read at all, with everything of everybody in it.
 */
public final class RevisionSchema {

    private static final String V2025_03_26 = "2025-03-26";
    private static final String V2025_11_25 = "2025-11-25";
    private static final String V2026_07_28 = "2026-07-28";

    private static final Shape ICONS = items(Members.none().must("src", TEXT).may("mimeType", TEXT)
            .may("sizes", items(TEXT)).may("theme", oneOf("light", "dark")));
    private static final Shape ANNOTATIONS = Members.none().may("audience", items(oneOf("user", "assistant")))
            .may("priority", FRACTION).may("lastModified", DATE_TIME);
    private static final Shape META = Members.none().may("progressToken", TOKEN)
            .may("io.modelcontextprotocol/related-task", Members.none().must("taskId", TEXT));
    private static final Members NAMED = Members.none().must("name", TEXT).may("title", TEXT).may("icons", ICONS)
            .may("description", TEXT).may("_meta", META);
    private static final Members RESOURCE = NAMED.must("uri", TEXT).may("mimeType", TEXT).may("size", NUMBER)
            .may("annotations", ANNOTATIONS);
    private static final Members TEMPLATE = NAMED.must("uriTemplate", TEXT).may("mimeType", TEXT)
            .may("annotations", ANNOTATIONS);
    private static final Members PROMPT = NAMED.may("arguments",
            items(Members.none().must("name", TEXT).may("title", TEXT).may("description", TEXT).may("required", FLAG)));
    private static final Shape HINTS = Members.none().may("title", TEXT).may("readOnlyHint", FLAG)
            .may("destructiveHint", FLAG).may("idempotentHint", FLAG).may("openWorldHint", FLAG);
    private static final Members BLOCK = Members.none().may("annotations", ANNOTATIONS).may("_meta", META);
    private static final Members BINARY = BLOCK.must("data", BASE64).must("mimeType", TEXT);
    private static final Members PART = Members.none().must("uri", TEXT).may("mimeType", TEXT).may("_meta", META);
    private static final Shape LOG_MESSAGE = Members.none().may("logger", TEXT).may("data", ANY).may("_meta", META).may("level",
            oneOf("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"));
    private static final Shape CONTENTS = RevisionSchema::contents;

    private static final Members ANY_INPUT = Members.none().must("type", oneOf("object")).may("$schema", TEXT);
    private static final Members INPUT = ANY_INPUT.may("required", items(TEXT))
            .may("properties", each(RevisionSchema::property));

    private static final Map<String, RevisionSchema> ALL = Map.of(
            V2025_03_26, new RevisionSchema(V2025_03_26),
            "2025-06-18", new RevisionSchema("2025-06-18"),
            V2025_11_25, new RevisionSchema(V2025_11_25),
            V2026_07_28, new RevisionSchema(V2026_07_28));

    private final Shape tool;
    private final Shape toolResult;
    private final Shape promptResult;

    private RevisionSchema(String revision) {
        boolean stateless = revision.equals(V2026_07_28);
        Shape content = tagged(content(revision));
        Members described = NAMED.must("inputSchema", stateless ? RevisionSchema::anyInput : RevisionSchema::input)
                .may("outputSchema", stateless ? RevisionSchema::anyOutput : RevisionSchema::objectOutput)
                .may("annotations", HINTS)
                .may("execution", Members.none().may("taskSupport", oneOf("required", "optional", "forbidden")));
        this.tool = described;
        this.toolResult = Members.none().may("_meta", META).may("content", items(content)).may("isError", FLAG)
                .may("structuredContent", stateless ? ANY : Members.none());
        this.promptResult = Members.none().may("_meta", META).may("description", TEXT)
                .must("messages", items(Members.none().must("role", oneOf("user", "assistant")).must("content", content)));
    }

    /** The blocks of content that a revision knows. */
    private static Map<String, Shape> content(String revision) {
        Members link = RESOURCE.may("_meta", META);
        Map<String, Shape> content = new HashMap<>(Map.of(
                "text", BLOCK.must("text", TEXT),
                "image", BINARY,
                "audio", BINARY,
                "resource", BLOCK.must("resource", CONTENTS)));
        content.put("resource_link", revision.equals(V2025_03_26)
                ? (value, findings) -> asText(link.fit(value, findings))
                : link);
        return content;
    }

    /**
     * What a client of this revision may be told.
     *
     * @param version one that is not known counts as the newest with sessions
     */
    public static RevisionSchema of(String version) {
        return ALL.getOrDefault(version, ALL.get(V2025_11_25));
    }

    /** The strictest of all revisions with sessions, whose lists are the same. */
    public static RevisionSchema ofSessions() {
        return of(V2025_11_25);
    }

    public static RevisionSchema ofStateless() {
        return of(V2026_07_28);
    }

    /**
     * What is left of something another program said.
     *
     * @param value    empty when nothing may be said of it
     * @param findings what was left out, and why; empty when that was no more than members that are null
     */
    public record Fitted(Optional<JsonObject> value, List<String> findings) {
    }

    private static Fitted fitted(Shape shape, JsonObject value) {
        Findings findings = new Findings();
        return new Fitted(Optional.ofNullable((JsonObject) shape.fit(value, findings)), findings.all());
    }

    public Fitted tool(JsonObject described) {
        // Some servers describe no arguments where a tool takes none.
        return fitted(tool, described.getOrDefault("inputSchema", JsonValue.NULL) == JsonValue.NULL
                ? Json.object(described).add("inputSchema", JsonValue.EMPTY_JSON_OBJECT).build()
                : described);
    }

    public Fitted resource(JsonObject described) {
        return fitted(RESOURCE, described);
    }

    public Fitted template(JsonObject described) {
        return fitted(TEMPLATE, described);
    }

    public Fitted prompt(JsonObject described) {
        return fitted(PROMPT, described);
    }

    public Fitted toolResult(JsonObject result) {
        return fitted(toolResult, result);
    }

    public Fitted promptResult(JsonObject result) {
        return fitted(promptResult, result);
    }

    /** One part of what reading a resource gives. */
    public Fitted contents(JsonObject part) {
        return fitted(CONTENTS, part);
    }

    /** Any value without a schema, such as the data of a log message; empty when clients cannot hold it. */
    public static Optional<JsonValue> any(JsonValue value) {
        return Optional.ofNullable(ANY.fit(value, new Findings()));
    }

    /** The params of a log message: what clients could not read becomes a message of level info without it. */
    public static JsonObject logMessage(JsonObject params) {
        JsonObject read = LOG_MESSAGE.fit(params, new Findings()).asJsonObject();
        return read.containsKey("level") && read.containsKey("data") ? read : Json.object(read)
                .add("level", read.getOrDefault("level", Json.string("info")))
                .add("data", read.getOrDefault("data", JsonValue.NULL))
                .build();
    }

    private static JsonValue contents(JsonValue value, Findings findings) {
        boolean text = value instanceof JsonObject part && part.get("text") instanceof JsonString;
        return (text ? PART.must("text", TEXT).may("blob", BASE64) : PART.must("blob", BASE64).may("text", TEXT))
                .fit(value, findings);
    }

    /** A link for clients that know none. */
    private static JsonValue asText(JsonValue link) {
        return link == null ? null : Json.object().add("type", "text").add("text",
                link.asJsonObject().getString("name") + ": " + link.asJsonObject().getString("uri")).build();
    }

    private static JsonValue withType(JsonValue schema) {
        return schema instanceof JsonObject object && !object.containsKey("type")
                ? Json.object(object).add("type", "object").build()
                : schema;
    }

    private static JsonValue anyInput(JsonValue value, Findings findings) {
        return ANY_INPUT.fit(withType(value), findings);
    }

    private static JsonValue input(JsonValue value, Findings findings) {
        return INPUT.fit(withType(value), findings);
    }

    /** The official clients with sessions read no true and false as schemas of properties. */
    private static JsonValue property(JsonValue value, Findings findings) {
        return switch (value.getValueType()) {
            case TRUE -> JsonValue.EMPTY_JSON_OBJECT;
            case FALSE -> Json.object().add("not", JsonValue.EMPTY_JSON_OBJECT).build();
            case OBJECT -> ANY.fit(value, findings);
            case ARRAY, STRING, NUMBER, NULL -> findings.refuse("must be a schema");
        };
    }

    private static JsonValue anyOutput(JsonValue value, Findings findings) {
        JsonValue fitted = Members.none().fit(value, findings);
        return fitted == null || SchemaCheck.passes(fitted.asJsonObject())
                ? fitted
                : findings.refuse("must be a schema that clients can compile");
    }

    private static JsonValue objectOutput(JsonValue value, Findings findings) {
        JsonValue compiled = anyOutput(value, findings);
        return compiled == null ? null : INPUT.fit(compiled, findings);
    }
}
