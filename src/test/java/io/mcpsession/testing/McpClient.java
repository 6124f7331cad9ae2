package io.mcpsession.testing;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A client that knows HTTP and JSON but nothing of the server's code. Speaks for one user, maybe in one session. */
public final class McpClient {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final URI endpoint;
    private final List<String> headers;

    private McpClient(URI endpoint, List<String> headers) {
        this.endpoint = endpoint;
        this.headers = headers;
    }

    public static McpClient of(URI endpoint, String token) {
        return new McpClient(endpoint, List.of("Authorization", "Bearer " + token));
    }

    /** Without a token. */
    public static McpClient anonymous(URI endpoint) {
        return new McpClient(endpoint, List.of());
    }

    public URI endpoint() {
        return endpoint;
    }

    /** The same user and session at another replica. */
    public McpClient at(URI other) {
        return new McpClient(other, headers);
    }

    /** The same user with further headers on every request. */
    public McpClient with(String... more) {
        return new McpClient(endpoint, Stream.concat(headers.stream(), Stream.of(more)).toList());
    }

    /** The same user in the session with this id. */
    public McpClient in(String session) {
        return with("Mcp-Session-Id", session);
    }

    /** The same user in a new session. */
    public McpClient initialized() {
        return in(call("initialize").session());
    }

    /** What this client sends in a header. */
    public String header(String name) {
        return headers.get(headers.indexOf(name) + 1);
    }

    public Answer call(String method) {
        return call(method, JsonValue.EMPTY_JSON_OBJECT);
    }

    public Answer call(String method, JsonObject params) {
        return post(Json.createObjectBuilder().add("jsonrpc", "2.0").add("id", 1).add("method", method)
                .add("params", params).build().toString());
    }

    /** Calls a tool with text arguments: name, value, name, value. */
    public Answer tool(String name, String... arguments) {
        var object = Json.createObjectBuilder();
        for (int i = 0; i < arguments.length; i += 2) {
            object.add(arguments[i], arguments[i + 1]);
        }
        return call("tools/call", Json.createObjectBuilder().add("name", name).add("arguments", object).build());
    }

    public Answer notify(String method) {
        return post("{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\"}");
    }

    public Answer delete() {
        return send("DELETE", BodyPublishers.noBody());
    }

    public Answer post(String json) {
        return with("Content-Type", "application/json").send("POST", BodyPublishers.ofString(json));
    }

    /** A request with this client's headers. */
    public HttpRequest.Builder to(HttpRequest.Builder request) {
        for (int i = 0; i < headers.size(); i += 2) {
            request.header(headers.get(i), headers.get(i + 1));
        }
        return request;
    }

    /** Sends just what is given, besides this client's own headers. */
    public Answer send(String method, BodyPublisher body) {
        HttpRequest.Builder request = to(HttpRequest.newBuilder(endpoint).timeout(Duration.ofSeconds(20))
                .method(method, body));
        try {
            HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers().map(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
