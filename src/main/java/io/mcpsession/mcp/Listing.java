package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** One of the protocol's lists, cut into pages once at start: it is the same for everybody. */
final class Listing {

    private static final String PAGE = "page-";

    private final List<JsonObject> pages = new ArrayList<>();

    /**
     * @param member the member of the result that holds the items
     * @param frame  further members of every page
     */
    Listing(String member, List<JsonObject> items, int pageSize, JsonObject frame) {
        int from = 0;
        do {
            int to = Math.min(from + pageSize, items.size());
            JsonObjectBuilder page = Json.object(frame).add(member, Json.array(items.subList(from, to)));
            from = to;
            if (from < items.size()) {
                page.add("nextCursor", cursor(pages.size() + 1));
            }
            pages.add(Json.written(page.build()));
        } while (from < items.size());
    }

    /**
     * @throws RpcException for a cursor that this list never gave
     */
    JsonObject page(JsonObject params) {
        JsonValue cursor = params.get("cursor");
        if (cursor == null) {
            return pages.getFirst();
        }
        for (int number = 1; number < pages.size(); number++) {
            if (cursor instanceof JsonString text && text.getString().equals(cursor(number))) {
                return pages.get(number);
            }
        }
        throw RpcException.invalidParams("Invalid cursor");
    }

    private static String cursor(int page) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((PAGE + page).getBytes(US_ASCII));
    }
}
