package io.mcpsession.testing;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the endpoint answered.
 *
 * @param status  HTTP status
 * @param headers header values by name in lower case
 * @param body    as text
 */
public record Answer(int status, Map<String, List<String>> headers, String body) {

    public Optional<String> header(String name) {
        return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** The session id in the header. */
    public String session() {
        return header("mcp-session-id").orElseThrow(() -> new AssertionError("no Mcp-Session-Id in " + this));
    }

    public JsonObject json() {
        try (JsonReader reader = Json.createReader(new StringReader(body))) {
            return reader.readObject();
        } catch (RuntimeException e) {
            throw new AssertionError("no JSON object in " + this, e);
        }
    }

    public JsonObject result() {
        return member("result");
    }

    public int errorCode() {
        return member("error").getInt("code");
    }

    public String errorMessage() {
        return member("error").getString("message");
    }

    /** The text of a tool's result. */
    public String text() {
        return result().getJsonArray("content").getJsonObject(0).getString("text");
    }

    /** Whether a tool's run failed. */
    public boolean isToolError() {
        return result().getBoolean("isError", false);
    }

    private JsonObject member(String name) {
        JsonObject json = json();
        if (!json.containsKey(name)) {
            throw new AssertionError("no " + name + " in " + this);
        }
        return json.getJsonObject(name);
    }
}
