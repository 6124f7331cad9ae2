package io.mcpsession.grpc;

import jakarta.json.Json;
import java.io.StringReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

class JsonObjectTextTest {

    @ParameterizedTest
    @ValueSource(strings = {
            "{}", " \t\r\n{ } \n", "{\"a\":{}}", "{\"a\" : [ ] , \"b\":[1,[2],{}]}",
            "{\"\":true,\"x\":false,\"y\":null}",
            "{\"n\":[0,-0,1.5,10E+3,-2e-7,1e5,12345678901234567890]}", "{\"s\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fC\"}",
            "{\"s\":\"\u00fc \ud83d\ude00 \u007f\"}", "{\"a\":1,\"a\":2}",
    })
    void anObjectIsAccepted(String text) {
        assertThat(JsonObjectText.isValid(text), is(true));
        assertDoesNotThrow(() -> parsed(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "", " ", "[]", "1", "\"x\"", "null", "{", "}", "{}{}", "{} x", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
            "{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":+1}", "{\"a\":-}",
            "{\"a\":NaN}", "{\"a\":tru}", "{\"a\":truex}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\n\"}",
            "{\"a\":\"x}", "{\"a\":[1 2]}", "{\"a\":[1,]}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":\"\\", "{\"a\":t",
    })
    void anythingElseIsNot(String text) {
        assertThat(JsonObjectText.isValid(text), is(false));
    }

    @Test
    void numbersThatNobodyCouldReadAreNot() {
        assertThat(JsonObjectText.isValid("{\"a\":1e99999999999}"), is(false));
        assertThat(JsonObjectText.isValid("{\"a\":" + "1".repeat(2000) + "}"), is(false));
        assertThat(JsonObjectText.isValid("{\"a\":0." + "1".repeat(2000) + "}"), is(false));
    }

    @Test
    void nestingHasABound() {
        assertThat(JsonObjectText.isValid("{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}"), is(true));
        assertThat(JsonObjectText.isValid("{\"a\":" + "[".repeat(32) + "]".repeat(32) + "}"), is(false));
        assertThat(JsonObjectText.isValid("{\"a\":" + "[".repeat(100_000)), is(false));
    }

    private static void parsed(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            reader.readObject();
        }
    }
}
