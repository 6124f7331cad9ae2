package io.mcpsession.jsonrpc;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

class JsonTest {

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"a\":1}", "{\"a\":{\"b\":[1,2.5,-37,true,false,null,\"c\"]},\"d\":[],\"e\":{}}",
            "{\"quo\\\"te\\n\":\"back\\\\slash\\t\\u0001\",\"é\":\"😀\"}"})
    void anObjectIsWrittenAsItWasRead(String text) throws Exception {
        JsonObject object = Json.parse(text.getBytes(UTF_8), JsonLimits.USUAL).asJsonObject();

        assertThat(Json.text(object), is(text));
        assertThat(new String(Json.bytes(object), UTF_8), is(text));
        assertThat(Json.text(Json.object().add("outer", Json.written(object)).build()), is("{\"outer\":" + text + "}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud83d", "\\ude00", "a\\ud83d", "\\ud83db", "\\ude00\\ud83d", "\\ud83d\\ud83d😀\\ude00", "😀\\udfff😀"})
    void halfACharacterIsWrittenAsItCame(String half) throws Exception {
        for (String text : List.of("{\"a\":\"" + half + "\"}", "{\"" + half + "\":1}", "[\"" + half + "\"]")) {
            JsonValue value = Json.parse(text.getBytes(UTF_8), JsonLimits.USUAL);

            assertThat(new String(Json.bytes(value), UTF_8), is(text));
            assertThat(Json.text(value), is(text));
        }
    }

    @Test
    void valuesThatAreNoObjectsAreWrittenToo() {
        assertThat(new String(Json.bytes(Json.strings(List.of("a"))), UTF_8), is("[\"a\"]"));
        assertThat(new String(Json.bytes(JsonValue.NULL), UTF_8), is("null"));
    }

    @Test
    void aWrittenObjectIsReadLikeTheOneItWasMadeOf() {
        JsonObject inner = Json.object().add("yes", true).build();
        JsonObject object = Json.object().add("text", "t").add("number", 7).add("inner", inner)
                .add("list", Json.array(List.of())).addNull("nothing").build();
        JsonObject written = Json.written(object);

        assertThat(written, is(object));
        assertThat(object, is(written));
        assertThat(Json.object(written).add("more", 1).build().size(), is(6));
        assertThat(written.getString("text") + written.getInt("number") + written.getJsonObject("inner")
                + written.getJsonArray("list") + written.isNull("nothing") + written.getJsonNumber("number")
                + written.getString("none", "-") + written.getInt("none", 0) + written.getBoolean("none", false)
                + written.getJsonString("text") + written.getJsonObject("inner").getBoolean("yes"),
                is("t7{\"yes\":true}[]true7-0false\"t\"true"));
    }
}
