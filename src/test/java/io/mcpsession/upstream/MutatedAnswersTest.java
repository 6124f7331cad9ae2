package io.mcpsession.upstream;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

/** 500 answers of servers behind this one that are wrong in one thing: others do not suffer, and clients can read all. */
@Timeout(400)
class MutatedAnswersTest {

    private static final Predicate<JsonValue> TEXT = JsonString.class::isInstance;
    private static final Predicate<JsonValue> OBJECT = JsonObject.class::isInstance;
    private static final Predicate<JsonValue> FLAG = value -> value == JsonValue.TRUE || value == JsonValue.FALSE;
    private static final Predicate<JsonValue> NUMBER = value ->
            value instanceof JsonNumber number && Double.isFinite(number.doubleValue());

    @Test
    void theHealthyOneIsListedAndCalledAndEveryAnswerCanBeRead() {
        try (EmbeddedRedis redis = EmbeddedRedis.start(); Mutants mutants = new Mutants();
             LogCapture _ = new LogCapture("io.mcpsession.upstream");
             Bridged front = Bridged.on(redis.address(), mutants.settings())) {
            int called = 0;
            for (int round = 0; round < Mutants.ROUNDS; round++) {
                mutants.round(round);
                McpClient session = front.alice().initialized();
                Stateless stateless = Stateless.of(front.alice());
                String wrong = "round " + round + ": " + mutants.wrong();
                called += check(wrong, session::call, true);
                called += check(wrong, stateless::call, false);
            }
            assertThat("wrong answers that were passed on", called, greaterThan(Mutants.ROUNDS));
        }
    }

    /** How many tools of others than the healthy one could be called. */
    private static int check(String wrong, BiFunction<String, JsonObject, Answer> ask, boolean sessions) {
        JsonArray tools = list(wrong, ask, "tools/list", "tools");
        List<String> names = tools.getValuesAs(JsonObject.class).stream().map(tool -> tool.getString("name")).toList();
        assertThat(wrong, names, hasItem("h_echo"));
        assertThat(wrong, Set.copyOf(names).size(), is(names.size()));
        tools.getValuesAs(JsonObject.class).forEach(tool -> {
            described(wrong, tool);
            require(wrong, tool, tool.getJsonObject("inputSchema").getString("type").equals("object"));
            require(wrong, tool, optional(tool, "outputSchema", schema -> OBJECT.test(schema)
                    && (!sessions || schema.asJsonObject().getString("type").equals("object"))));
            require(wrong, tool, optional(tool, "annotations", hints -> OBJECT.test(hints)
                    && optional(hints.asJsonObject(), "readOnlyHint", FLAG) && optional(hints.asJsonObject(), "title", TEXT)));
        });
        list(wrong, ask, "resources/list", "resources").getValuesAs(JsonObject.class).forEach(resource -> {
            described(wrong, resource);
            require(wrong, resource, TEXT.test(resource.get("uri")) && optional(resource, "mimeType", TEXT)
                    && optional(resource, "size", NUMBER));
        });
        list(wrong, ask, "resources/templates/list", "resourceTemplates").getValuesAs(JsonObject.class)
                .forEach(template -> {
                    described(wrong, template);
                    require(wrong, template, TEXT.test(template.get("uriTemplate")));
                });
        JsonArray prompts = list(wrong, ask, "prompts/list", "prompts");
        prompts.getValuesAs(JsonObject.class).forEach(prompt -> {
            described(wrong, prompt);
            require(wrong, prompt, optional(prompt, "arguments", given -> given instanceof JsonArray array && array.stream()
                    .allMatch(it -> OBJECT.test(it) && TEXT.test(it.asJsonObject().get("name")))));
        });
        assertThat(wrong, call(ask, "h_echo").text(), is("done"));
        List<String> mutated = names.stream().filter(name -> name.matches("m\\d+_echo")).toList();
        mutated.forEach(name -> called(wrong, call(ask, name)));
        Answer read = ask.apply("resources/read", Json.createObjectBuilder().add("uri", "m://a").build());
        if (read.json().containsKey("result")) {
            read.result().getJsonArray("contents").getValuesAs(JsonObject.class).forEach(part -> require(wrong, part,
                    TEXT.test(part.get("uri")) && (TEXT.test(part.get("text")) || TEXT.test(part.get("blob")))));
        }
        prompts.getValuesAs(JsonObject.class).forEach(prompt -> {
            Answer got = ask.apply("prompts/get", Json.createObjectBuilder().add("name", prompt.getString("name")).build());
            assertThat(wrong, got.status(), is(200));
            if (got.json().containsKey("result")) {
                got.result().getJsonArray("messages").getValuesAs(JsonObject.class).forEach(message -> require(wrong, message,
                        Set.of("user", "assistant").contains(message.getString("role")) && block(message.get("content"))));
            }
        });
        return mutated.size();
    }

    private static Answer call(BiFunction<String, JsonObject, Answer> ask, String tool) {
        return ask.apply("tools/call", Json.createObjectBuilder().add("name", tool).build());
    }

    private static JsonArray list(String wrong, BiFunction<String, JsonObject, Answer> ask, String method, String member) {
        Answer answer = ask.apply(method, JsonValue.EMPTY_JSON_OBJECT);
        assertThat(wrong, answer.status(), is(200));
        return answer.result().getJsonArray(member);
    }

    private static void described(String wrong, JsonObject item) {
        require(wrong, item, TEXT.test(item.get("name")) && optional(item, "title", TEXT) && optional(item, "description", TEXT)
                && optional(item, "_meta", OBJECT) && optional(item, "icons", icons -> icons instanceof JsonArray array
                && array.stream().allMatch(icon -> OBJECT.test(icon) && TEXT.test(icon.asJsonObject().get("src")))));
    }

    private static void called(String wrong, Answer answer) {
        assertThat(wrong, answer.status(), is(200));
        if (answer.json().containsKey("error")) {
            require(wrong, answer.json(), NUMBER.test(answer.json().getJsonObject("error").get("code"))
                    && TEXT.test(answer.json().getJsonObject("error").get("message")));
            return;
        }
        JsonObject result = answer.result();
        require(wrong, result, optional(result, "isError", FLAG) && result.getJsonArray("content").stream()
                .allMatch(MutatedAnswersTest::block) && optional(result, "_meta", OBJECT));
    }

    private static boolean block(JsonValue value) {
        JsonObject block = value.asJsonObject();
        return optional(block, "annotations", OBJECT) && switch (block.getString("type")) {
            case "text" -> TEXT.test(block.get("text"));
            case "image", "audio" -> TEXT.test(block.get("data")) && TEXT.test(block.get("mimeType"));
            case "resource_link" -> TEXT.test(block.get("uri")) && TEXT.test(block.get("name"));
            case "resource" -> OBJECT.test(block.get("resource"));
            default -> false;
        };
    }

    private static boolean optional(JsonObject object, String name, Predicate<JsonValue> good) {
        return !object.containsKey(name) || good.test(object.get(name));
    }

    private static void require(String wrong, JsonObject item, boolean good) {
        assertThat(wrong + " gives " + item, good, is(true));
    }
}
