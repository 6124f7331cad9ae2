package io.mcpsession.mcp.schema;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.JsonValue.ValueType;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether clients can compile a JSON Schema. The official TypeScript client of version 1 compiles the {@code outputSchema}
 * of every tool as it lists them (ajv, draft-07 and up, not strict): one that does not compile fails the whole list.
 */
final class SchemaCheck {

    private static final Set<String> TYPES =
            Set.of("string", "number", "integer", "boolean", "object", "array", "null");

    private static final BiPredicate<SchemaCheck, JsonValue> SCHEMA = SchemaCheck::compiles;
    private static final BiPredicate<SchemaCheck, JsonValue> SCHEMAS = (check, value) ->
            value instanceof JsonArray array && !array.isEmpty() && array.stream().allMatch(check::compiles);
    private static final BiPredicate<SchemaCheck, JsonValue> SCHEMA_OR_SCHEMAS = SCHEMA.or(SCHEMAS);
    private static final BiPredicate<SchemaCheck, JsonValue> NAMED_SCHEMAS = (check, value) ->
            value instanceof JsonObject object && object.values().stream().allMatch(check::compiles);
    private static final BiPredicate<SchemaCheck, JsonValue> NUMBER = (_, value) -> Scalars.isFinite(value);
    private static final BiPredicate<SchemaCheck, JsonValue> TEXTS = (_, value) -> texts(value);

    private static final Map<String, BiPredicate<SchemaCheck, JsonValue>> KEYWORDS = Stream.of(
            all(SCHEMA, "additionalProperties", "additionalItems", "unevaluatedProperties", "unevaluatedItems", "contains",
                    "propertyNames", "not", "if", "then", "else"),
            all(SCHEMA_OR_SCHEMAS, "items"),
            all(SCHEMAS, "allOf", "anyOf", "oneOf", "prefixItems"),
            all(NAMED_SCHEMAS, "properties", "$defs", "definitions", "dependentSchemas"),
            all(NAMED_SCHEMAS.and((_, value) -> value.asJsonObject().keySet().stream().allMatch(EcmaPattern::compiles)),
                    "patternProperties"),
            all((check, value) -> value instanceof JsonObject object && object.values().stream()
                    .allMatch(it -> texts(it) || check.compiles(it)), "dependencies"),
            all((_, value) -> value instanceof JsonObject object && object.values().stream().allMatch(SchemaCheck::texts),
                    "dependentRequired"),
            all(TEXTS, "required"),
            all((_, value) -> type(value) || value instanceof JsonArray array && array.stream().allMatch(SchemaCheck::type),
                    "type"),
            all((_, value) -> value instanceof JsonArray array && !array.isEmpty(), "enum"),
            all(NUMBER, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
                    "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"),
            all((_, value) -> value == JsonValue.TRUE || value == JsonValue.FALSE, "uniqueItems"),
            all((_, value) -> value instanceof JsonString text && EcmaPattern.compiles(text.getString()), "pattern"),
            all((_, value) -> value instanceof JsonString, "format", "$id", "$schema"),
            all((check, value) -> value instanceof JsonString text && check.resolves(text.getString()), "$ref"),
            // Draft-04's id and asynchronous schemas of ajv's own are errors or worse.
            all((_, _) -> false, "id", "$async"))
            .flatMap(map -> map.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private final JsonObject root;

    private SchemaCheck(JsonObject root) {
        this.root = root;
    }

    static boolean passes(JsonObject schema) {
        return new SchemaCheck(schema).compiles(schema);
    }

    private static Map<String, BiPredicate<SchemaCheck, JsonValue>> all(BiPredicate<SchemaCheck, JsonValue> good,
                                                                       String... keywords) {
        return Stream.of(keywords).collect(Collectors.toMap(keyword -> keyword, _ -> good));
    }

    private boolean compiles(JsonValue schema) {
        if (schema == JsonValue.TRUE || schema == JsonValue.FALSE) {
            return true;
        }
        return schema instanceof JsonObject object && nullable(object) && object.entrySet().stream()
                .allMatch(member -> KEYWORDS.getOrDefault(member.getKey(), (_, _) -> true).test(this, member.getValue()));
    }

    /** OpenAPI's word, which ajv takes beside a type alone. */
    private static boolean nullable(JsonObject schema) {
        return !schema.containsKey("nullable") || schema.get("nullable") == JsonValue.TRUE && schema.containsKey("type");
    }

    private static boolean type(JsonValue value) {
        return value instanceof JsonString text && TYPES.contains(text.getString());
    }

    private static boolean texts(JsonValue value) {
        return value instanceof JsonArray array && array.stream().allMatch(it -> it.getValueType() == ValueType.STRING);
    }

    /** References within the schema alone: clients fetch none, and fail at what they cannot find. */
    private boolean resolves(String reference) {
        if (reference.equals("#")) {
            return true;
        }
        if (!reference.startsWith("#/")) {
            return false;
        }
        try {
            JsonValue target = Json.pointer(reference.substring(1)).getValue(root);
            return target instanceof JsonObject || target == JsonValue.TRUE || target == JsonValue.FALSE;
        } catch (JsonException | IllegalArgumentException e) {
            return false;
        }
    }
}
