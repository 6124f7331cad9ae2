package io.mcpsession.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What clients of the MCP endpoint send, ready for the wire. */
final class McpRequests {

    static final String PATH = "/api/mcp";
    static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
    static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
            + "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
            + "\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}";
    private static final String STATELESS_LIST = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{"
            + "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}";

    private McpRequests() {
    }

    static byte[] initialize(int user) {
        return Connection.request(PATH, INITIALIZE, headers(user));
    }

    /** A request in a session. */
    static byte[] in(String session, int user, String body) {
        return Connection.request(PATH, body, headers(user, "Mcp-Session-Id", session));
    }

    static byte[] statelessList(int user) {
        return Connection.request(PATH, STATELESS_LIST,
                headers(user, "MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/list"));
    }

    /** What the yardstick is sent: as much as a ping in a session. */
    static byte[] echo(String session, int user) {
        return Connection.request("/echo", PING, headers(user, "Mcp-Session-Id", session));
    }

    /** Opens a session and tells its id. */
    static String session(Connection connection, int user) throws IOException {
        connection.succeed(initialize(user));
        return connection.session();
    }

    static String[] headers(int user, String... more) {
        List<String> headers = new ArrayList<>(List.of("Authorization", "Bearer " + UnderTest.token(user),
                "Accept", "application/json, text/event-stream"));
        headers.addAll(List.of(more));
        return headers.toArray(String[]::new);
    }
}
