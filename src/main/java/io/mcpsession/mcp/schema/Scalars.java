package io.mcpsession.mcp.schema;

import jakarta.json.JsonNumber;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Values that hold no others. */
final class Scalars {

    /** Whole numbers that every client can hold exactly. */
    private static final double MOST_EXACT = 9_007_199_254_740_991.0;
    private static final Pattern TIME = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:\\d\\d)");

    static final Shape TEXT = of("must be a string", JsonString.class::isInstance);
    static final Shape FLAG = of("must be true or false", value -> value == JsonValue.TRUE || value == JsonValue.FALSE);
    static final Shape NUMBER = of("must be a number", Scalars::isFinite);
    static final Shape FRACTION = of("must be a number from 0 to 1",
            value -> isFinite(value) && number(value) >= 0 && number(value) <= 1);
    static final Shape TOKEN = of("must be a string or a whole number",
            value -> value instanceof JsonString || isWhole(value));
    static final Shape BASE64 = of("must be base64", value -> value instanceof JsonString text && isBase64(text.getChars()));
    static final Shape DATE_TIME = of("must be a time as in RFC 3339",
            value -> value instanceof JsonString text && isTime(text.getString()));

    private Scalars() {
    }

    private static Shape of(String what, Predicate<JsonValue> fits) {
        return (value, findings) -> fits.test(value) ? value : findings.refuse(what);
    }

    static Shape oneOf(String... words) {
        List<String> all = List.of(words);
        return of("must be " + String.join(" or ", all), value -> value instanceof JsonString text
                && all.contains(text.getString()));
    }

    /** Whether clients can hold it: many read numbers as doubles, and refuse the whole message for infinity. */
    static boolean isFinite(JsonValue value) {
        return value instanceof JsonNumber number && Double.isFinite(number.doubleValue());
    }

    private static boolean isWhole(JsonValue value) {
        return isFinite(value) && number(value) == Math.rint(number(value)) && Math.abs(number(value)) <= MOST_EXACT;
    }

    private static double number(JsonValue value) {
        return ((JsonNumber) value).doubleValue();
    }

    /** As {@code atob} of browsers takes it (WHATWG Infra, forgiving-base64 decode). */
    private static boolean isBase64(CharSequence text) {
        int digits = 0;
        int padding = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r') {
                continue;
            }
            if (c == '=') {
                padding++;
            } else if (padding > 0 || !isDigit(c)) {
                return false;
            } else {
                digits++;
            }
        }
        return padding == 0 ? digits % 4 != 1 : padding <= 2 && (digits + padding) % 4 == 0;
    }

    private static boolean isDigit(char c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/';
    }

    private static boolean isTime(String text) {
        try {
            return TIME.matcher(text).matches() && OffsetDateTime.parse(text) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
