package io.mcpsession.jsonrpc;

import jakarta.json.JsonNumber;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What one text may become, of clients and of other servers. */
class JsonLimitsTest {

    private static final int MEBIBYTE = 1024 * 1024;
    /** With this a text is weighed before it is parsed. */
    private static final String LONG = " ".repeat(70_000);
    private static final JsonLimits TEN = JsonLimits.ofValues(10);

    private static JsonValue read(String text, JsonLimits limits) {
        return Json.parse(text.getBytes(UTF_8), limits);
    }

    private static JsonRefusedException refused(String text, JsonLimits limits) {
        JsonRefusedException foreign = assertThrows(JsonRefusedException.class,
                () -> Json.parseForeign(text.getBytes(UTF_8), limits));
        JsonRefusedException refused = assertThrows(JsonRefusedException.class, () -> read(text, limits));
        assertThat(foreign.tooLarge(), is(refused.tooLarge()));
        return refused;
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1,2,3,4,5,6,7,8,9]", "{\"a\":{\"b\":[1,true,null,\"\",{}]},\"c\":[]}",
            "[[[[[[[[[0]]]]]]]]]", "[\"[[[[[[[[[[[[\",\"{},{},{},{},{},{},{},{},\"]", "[\"\\\"[[[[[[[[[[[[\",\"\\\\\",{},[],{\"a,,,,,,,,\":-1.5E+7}]"})
    void asManyValuesAsAreAllowedAreTaken(String text) {
        assertThat(read(text, TEN).toString(), is(text));
        assertThat(read(text + LONG, TEN).toString(), is(text));
        assertThat(Json.parseForeign(text.getBytes(UTF_8), TEN).toString(), is(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1,2,3,4,5,6,7,8,9,10]", "{\"a\":{\"b\":[1,true,null,\"\",{}]},\"c\":[0,0]}",
            "[[[[[[[[[[0]]]]]]]]]]", "[{},{},{},{},{},{},{},{},{},{}]",
            // Whether the rest is JSON is not looked at.
            "[0,0,0,0,0,0,0,0,0,0,0,0,0,"})
    void oneMoreIsRefused(String text) {
        JsonRefusedException refused = refused(text, TEN);

        assertThat(refused.tooLarge(), is(true));
        assertThat(refused.getMessage(), is("holds more than 10 JSON values"));
        assertThat(refused(text + LONG, TEN).getMessage(), is("holds more than 10 JSON values"));
    }

    static Stream<String> hugeTexts() {
        return Stream.of("{\"\":0},", "[],", "{},", "0,", "\"\",", "[[0],{\"a\":[]}],", "{\"a\":{\"\":{\"\":[0]}}},")
                .map(unit -> "[" + unit.repeat(4 * MEBIBYTE / unit.length()) + "0]");
    }

    @ParameterizedTest
    @MethodSource("hugeTexts")
    void ofAMillionValuesOnlyAsManyAreMadeAsAreAllowed(String text) {
        List<Long> told = new ArrayList<>();

        assertThat(refused(text, JsonLimits.USUAL.heldBy(told::add)).tooLarge(), is(true));
        // Both readings.
        long bytes = told.stream().mapToLong(Long::longValue).sum() / 2;
        assertThat(bytes, is(lessThan(26L * MEBIBYTE)));
    }

    /** So that a budget of bytes holds, whatever the values are. Slow, because it collects all garbage of the process. */
    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"{\"\":0}", "[]", "[0]", "[[[[0]]]]", "{}", "\"\"", "\"some text that is longer\"", "123456789012",
            "1.5", "1e400", "{\"a\":{\"b\":{\"c\":{}}}}", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7}",
            "12345678901234567890123456789012345678901234567890"})
    void theMemoryThatIsToldOfIsAboutWhatTheValuesTake(String unit) {
        String text = "[" + (unit + ",").repeat(30_000) + "0]";
        List<Long> told = new ArrayList<>();
        JsonLimits limits = JsonLimits.ofValues(JsonLimits.MOST_VALUES).heldBy(told::add);
        Object[] kept = new Object[2];
        byte[] bytes = text.getBytes(UTF_8);
        long before = used();
        for (int i = 0; i < kept.length; i++) {
            kept[i] = Json.parse(bytes, limits);
        }
        long taken = used() - before;
        long estimate = told.stream().mapToLong(Long::longValue).sum();

        assertThat(kept[0], is(kept[kept.length - 1]));
        assertThat(unit + ": " + estimate + " for " + taken, (double) taken / estimate,
                is(both(greaterThan(0.5)).and(lessThan(1.35))));
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void ofAnOrdinaryMessageNobodyIsTold() {
        List<Long> told = new ArrayList<>();
        read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":[" + "1,".repeat(200) + "1]}}",
                JsonLimits.USUAL.heldBy(told::add));

        assertThat(told, is(List.of()));
    }

    @Test
    void aNumberOfAMillionDigitsIsRefusedAtOnce() {
        assertThat(refused("[" + "9".repeat(MEBIBYTE) + "]", TEN).getMessage(), is("holds a number of too many digits"));
        assertThat(refused("0." + "9".repeat(MEBIBYTE), TEN).getMessage(), is("holds a number of too many digits"));
        assertThat(refused("1e" + "9".repeat(MEBIBYTE), TEN).getMessage(), is("holds a number of too many digits"));
    }

    /** Numbers that are short and huge are kept as they are written; nobody may write out their digits. */
    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-1e-999999999", "1E+2147483647", "1e-2147483647"})
    @Timeout(10)
    void aHugeExponentCostsNothing(String text) {
        JsonNumber number = (JsonNumber) read(text, TEN);

        assertThat(number.isIntegral(), is(false));
        assertThat(number.toString().length(), is(lessThan(20)));
        assertThat(Math.abs(number.doubleValue()), is(text.contains("-2") || text.startsWith("-") ? 0.0
                : Double.POSITIVE_INFINITY));
        assertThat(number.hashCode(), is(number.bigDecimalValue().hashCode()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e2147483649", "1e99999999999", "1e", "+1", "01", "1.", ".5", "-", "--1", "0x10", "NaN", "Infinity"})
    void whatIsNoNumberIsNoJson(String text) {
        assertThat(refused(text, TEN).getMessage(), is("is not JSON this server accepts"));
    }

    @Test
    void nestingIsRefusedWithTheReason() {
        assertThat(assertThrows(JsonRefusedException.class, () -> read("[".repeat(129), JsonLimits.USUAL)).getMessage(),
                is("nests deeper than 128"));
        assertThat(assertThrows(JsonRefusedException.class, () -> read("{\"a\":".repeat(4 * MEBIBYTE / 5), JsonLimits.USUAL))
                .getMessage(), is("nests deeper than 128"));
        assertThat(assertThrows(JsonRefusedException.class, () -> Json.parseForeign("[".repeat(513).getBytes(UTF_8),
                JsonLimits.USUAL)).getMessage(), is("nests deeper than 512"));
        assertThat(Json.parseForeign(("[".repeat(512) + "]".repeat(512)).getBytes(UTF_8), JsonLimits.USUAL).toString(),
                is("[".repeat(512) + "]".repeat(512)));
    }

    @Test
    void aKeyThatStandsTwiceIsRefusedOfClientsAndTheLastCountsOfOthers() {
        String text = "{\"a\":{\"b\":1,\"b\":2}}";

        assertThat(assertThrows(JsonRefusedException.class, () -> read(text, TEN)).getMessage(),
                is("holds an object in which a key stands twice"));
        assertThat(Json.parseForeign(text.getBytes(UTF_8), TEN).toString(), is("{\"a\":{\"b\":2}}"));
    }

    /** All of one hash code, of which 2^16 can be made of 32 characters. */
    @Test
    @Timeout(20)
    void manyKeysOfOneHashCodeTakeNoMoreTimeThanOthers() {
        String text = IntStream.range(0, 1 << 15).mapToObj(number -> IntStream.range(0, 15)
                .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB").collect(Collectors.joining("", "\"", "\":0")))
                .collect(Collectors.joining(",", "{", "}"));
        long began = System.nanoTime();

        assertThat(read(text, JsonLimits.USUAL).asJsonObject().size(), is(1 << 15));
        assertThat(Duration.ofNanos(System.nanoTime() - began), is(lessThan(Duration.ofSeconds(5))));
    }

    @Test
    void longStringsAreReadAsTheyAreWhereverTheyAreCut() {
        String escapes = "\\u0041\\n\\\"\\ud83d\\ude00ä😀\\ud83d".repeat(100_000);
        String plain = "A\n\"😀ä😀\ud83d".repeat(100_000);

        assertThat(read("[\"" + escapes + "\"]", TEN).asJsonArray().getString(0), is(plain));
        assertThat(Json.parseForeign(("\uFEFF[\"" + escapes + "\"]").getBytes(UTF_8), TEN).asJsonArray().getString(0), is(plain));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100_000})
    void bytesThatAreNoUtf8AreNoJsonOfAClientAndReplacedOfOthers(int length) {
        byte[] bytes = ("[\"" + "x".repeat(length) + "?\"]").getBytes(UTF_8);
        bytes[length + 2] = (byte) 0xFF;

        assertThat(assertThrows(JsonRefusedException.class, () -> Json.parse(bytes, TEN)).getMessage(),
                is("is not JSON this server accepts"));
        assertThat(Json.parseForeign(bytes, TEN).asJsonArray().getString(0), endsWith("x\uFFFD"));
    }
}
