package io.mcpsession.http;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Makes requests that are wrong in one way or several. The same seed makes the same requests. */
final class OddRequests {

    private static final List<String> METHODS = List.of("initialize", "ping", "tools/list", "tools/call",
            "resources/read", "prompts/get", "completion/complete", "logging/setLevel", "notifications/cancelled",
            "resources/subscribe", "server/discover", "subscriptions/listen", "", "\\u0000", "no/such");
    private static final List<String> KEYS = List.of("jsonrpc", "id", "method", "params", "name", "arguments", "_meta",
            "cursor", "uri", "result", "error", "protocolVersion", "clientInfo", "capabilities", "requestState",
            "io.modelcontextprotocol/protocolVersion", "openai/session", "progressToken", "");
    private static final List<String> HEADERS = List.of("Mcp-Session-Id", "MCP-Protocol-Version", "Mcp-Method",
            "Mcp-Name", "Last-Event-ID", "Accept", "Content-Type", "Content-Length", "Transfer-Encoding", "Host",
            "Origin", "Authorization", "Connection", "Expect", "Upgrade", "X-Forwarded-For", "X-Openai-Session",
            "Content-Encoding", "Cookie", "Range", "");
    private static final List<String> VALUES = List.of("", " ", "0", "-1", "1e999", "2025-11-25", "2026-07-28", "gzip",
            "chunked", "text/event-stream", "*/*", "close", "100-continue", "h2c", "websocket", "localhost", "[::1",
            "null", "Bearer", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30.", "mcps_x", "99999999999999999999",
            "\t", "\u0001", "\u00ff\u00fe", "%00", "${jndi:ldap://x}", "../..", "mcp-1795356841897-x");
    private static final List<String> ENDS = List.of("", ".0", "e999999999", "e-999999999", "E+2147483647", "e99999999999",
            "9".repeat(1_100), ".50");
    private static final List<String> TEXTS = List.of("\\ud83d", "\\ude00\\ud83d", "\\uffff\\u0000", "\\n".repeat(20_000),
            "x".repeat(9_000));
    private static final List<String> VERBS = List.of("POST", "GET", "DELETE", "OPTIONS", "PUT", "HEAD", "TRACE",
            "CONNECT", "post", "", "P\u0000ST", "PRI");
    private static final List<String> PATHS = List.of("/api/mcp", "/api/mcp/", "/api/mcp?x=%", "/api/%6dcp", "/",
            "*", "//", "/api/mcp#f", "http://evil.example/api/mcp", "/.well-known/oauth-protected-resource", "/%",
            "/api/mcp;x=1", "");

    private final Random random;
    private final String token;
    private final String session;

    OddRequests(long seed, String token, String session) {
        this.random = new Random(seed);
        this.token = token;
        this.session = session;
    }

    byte[] next() {
        return switch (random.nextInt(8)) {
            case 0 -> noise(random.nextInt(1, 2000));
            case 1 -> flipped(request("POST", "/api/mcp", "", message()));
            case 2 -> request(any(VERBS), any(PATHS), headers(3), message()).getBytes(ISO_8859_1);
            case 3 -> request("POST", "/api/mcp", headers(1), message()).getBytes(ISO_8859_1);
            case 4 -> cut(request("POST", "/api/mcp", "", message()));
            case 5 -> request("POST", "/api/mcp", "", new String(noise(random.nextInt(300)), ISO_8859_1))
                    .getBytes(ISO_8859_1);
            case 6 -> request("POST", "/api/mcp", "", json(0)).getBytes(ISO_8859_1);
            default -> request("POST", "/api/mcp", "", message()).getBytes(ISO_8859_1);
        };
    }

    private String request(String verb, String path, String more, String body) {
        return verb + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
                + (random.nextBoolean() ? "Mcp-Session-Id: " + session + "\r\n" : "")
                + more + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private String headers(int most) {
        return IntStream.rangeClosed(0, random.nextInt(most))
                .mapToObj(_ -> any(HEADERS) + (random.nextInt(20) == 0 ? "" : ": ")
                        + (random.nextInt(30) == 0 ? "x".repeat(20_000) : any(VALUES)) + "\r\n")
                .collect(Collectors.joining());
    }

    /** Something like a message, with members of the wrong kind now and then. */
    private String message() {
        return "{\"jsonrpc\":" + or("\"2.0\"") + ",\"id\":" + or("7") + ",\"method\":"
                + or("\"" + any(METHODS) + "\"") + ",\"params\":" + json(1) + "}";
    }

    private String or(String right) {
        return random.nextInt(8) == 0 ? json(3) : right;
    }

    private String json(int depth) {
        return switch (random.nextInt(depth > 4 ? 6 : 9)) {
            case 0 -> "null";
            case 1 -> random.nextBoolean() ? "true" : "false";
            case 2 -> Long.toString(random.nextLong());
            case 3 -> random.nextInt(9) + any(ENDS) + (random.nextBoolean() ? "" : "e" + random.nextInt(-400, 400));
            case 4 -> "\"" + any(VALUES).replaceAll("[\\x00-\\x1f\"\\\\]", "_") + "\"";
            case 5 -> "\"" + any(random.nextInt(4) == 0 ? TEXTS : METHODS) + "\"";
            case 6 -> random.nextInt(50) == 0 ? hostile() : IntStream.range(0, random.nextInt(4)).mapToObj(_ -> json(depth + 1))
                    .collect(Collectors.joining(",", "[", "]"));
            default -> IntStream.range(0, random.nextInt(5))
                    .mapToObj(_ -> "\"" + any(KEYS) + "\":" + json(depth + 1))
                    .collect(Collectors.joining(",", "{", "}"));
        };
    }

    /** More than anybody needs: of values, of depth, of digits, of one key, or of keys of one hash code. */
    private String hostile() {
        int many = 1 << random.nextInt(4, 18);
        return switch (random.nextInt(6)) {
            case 0 -> "[" + "{\"\":0},".repeat(many) + "0]";
            case 1 -> "[".repeat(many) + "]".repeat(many);
            case 2 -> "{\"a\":".repeat(many) + "0" + "}".repeat(many);
            case 3 -> "9".repeat(many);
            case 4 -> "{" + "\"a\":0,".repeat(many) + "\"b\":0}";
            default -> IntStream.range(0, 1 << 10).mapToObj(number -> IntStream.range(0, 10)
                    .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB").collect(Collectors.joining("", "\"", "\":0")))
                    .collect(Collectors.joining(",", "{", "}"));
        };
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] flipped(String request) {
        byte[] bytes = request.getBytes(ISO_8859_1);
        for (int i = 0; i <= random.nextInt(5); i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private byte[] cut(String request) {
        return request.substring(0, random.nextInt(request.length())).getBytes(ISO_8859_1);
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
