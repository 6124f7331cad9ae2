package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.Base64;

/** Content blocks of tool results and prompt messages. */
public final class Content {

    private static final String TYPE = "type";
    private static final String MIME_TYPE = "mimeType";

    private Content() {
    }

    public static JsonObject text(String text) {
        return Json.object().add(TYPE, "text").add("text", text).build();
    }

    public static JsonObject image(byte[] data, String mimeType) {
        return binary("image", data, mimeType);
    }

    public static JsonObject audio(byte[] data, String mimeType) {
        return binary("audio", data, mimeType);
    }

    private static JsonObject binary(String type, byte[] data, String mimeType) {
        return Json.object()
                .add(TYPE, type)
                .add("data", Base64.getEncoder().encodeToString(data))
                .add(MIME_TYPE, mimeType)
                .build();
    }

    /** A resource with its contents. */
    public static JsonObject embedded(ResourceContents contents) {
        return Json.object().add(TYPE, "resource").add("resource", contents.json()).build();
    }

    /** A resource to be read when it is wanted. */
    public static JsonObject link(String uri, String name, String mimeType) {
        return Json.object()
                .add(TYPE, "resource_link")
                .add("uri", uri)
                .add("name", name)
                .add(MIME_TYPE, mimeType)
                .build();
    }

    static JsonArray array(JsonObject... blocks) {
        JsonArrayBuilder array = Json.array();
        for (JsonObject block : blocks) {
            array.add(block);
        }
        return array.build();
    }
}
