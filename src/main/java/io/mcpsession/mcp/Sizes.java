package io.mcpsession.mcp;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.util.Map;

/** How large a value is when it is written, about: writing it only to measure would cost as much as sending it. */
final class Sizes {

    /** A usual number, true, false or null. */
    private static final int SMALL = 5;

    private Sizes() {
    }

    static boolean exceed(JsonValue value, int limit) {
        return left(value, limit) < 0;
    }

    /** What is left of a limit after a value; negative as soon as nothing is. */
    private static long left(JsonValue value, long limit) {
        long left = limit;
        switch (value) {
            case JsonObject object -> {
                for (Map.Entry<String, JsonValue> member : object.entrySet()) {
                    left = left < 0 ? left : left(member.getValue(), left - member.getKey().length() - 4);
                }
            }
            case JsonArray array -> {
                for (JsonValue item : array) {
                    left = left < 0 ? left : left(item, left - 1);
                }
            }
            case JsonString text -> left -= text.getChars().length() + 2;
            case JsonNumber number when number.numberValue() instanceof BigDecimal digits ->
                    left -= SMALL + digits.precision();
            default -> left -= SMALL;
        }
        return left;
    }
}
