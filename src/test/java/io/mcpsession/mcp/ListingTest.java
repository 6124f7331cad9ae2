package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Pages of a list. */
class ListingTest {

    private static final JsonObject FRAME = Json.object().add("ttlMs", 5).build();

    @ParameterizedTest
    @CsvSource({"0,3,1", "1,3,1", "3,3,1", "4,3,2", "6,3,2", "7,3,3", "3,1,3"})
    void togetherHoldEveryItemOnceAndInOrder(int items, int pageSize, int pages) {
        Listing listing = listing(items, pageSize);

        List<Integer> seen = new ArrayList<>();
        JsonObject page = listing.page(JsonValue.EMPTY_JSON_OBJECT);
        int count = 1;
        for (; page.containsKey("nextCursor"); count++) {
            add(page, seen);
            page = listing.page(cursor(page.get("nextCursor")));
        }
        add(page, seen);

        assertThat(seen, is(IntStream.range(0, items).boxed().toList()));
        assertThat(count, is(pages));
    }

    private static void add(JsonObject page, List<Integer> seen) {
        page.getJsonArray("items").getValuesAs(JsonObject.class).forEach(item -> seen.add(item.getInt("number")));
    }

    @Test
    void allSayWhatTheEraWantsSaid() {
        Listing listing = listing(4, 3);

        JsonObject first = listing.page(JsonValue.EMPTY_JSON_OBJECT);
        JsonObject last = listing.page(cursor(first.get("nextCursor")));

        assertThat(first.getInt("ttlMs"), is(5));
        assertThat(last.getInt("ttlMs"), is(5));
        assertThat(last.keySet().contains("nextCursor"), is(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"x\"", "\"cGFnZS0w\"", "\"cGFnZS0y\"", "\"page-1\"", "1", "null", "{}", "[]"})
    void areFoundOnlyByTheirOwnCursors(String cursor) {
        Listing listing = listing(4, 3);
        JsonValue value = Json.parseObject("{\"cursor\":" + cursor + "}").get("cursor");

        RpcException refused = assertThrows(RpcException.class, () -> listing.page(cursor(value)));

        assertThat(refused.error().code(), is(-32602));
    }

    private static Listing listing(int items, int pageSize) {
        return new Listing("items", IntStream.range(0, items)
                .mapToObj(number -> Json.object().add("number", number).build()).toList(), pageSize, FRAME);
    }

    private static JsonObject cursor(JsonValue value) {
        return Json.object().add("cursor", value).build();
    }
}
