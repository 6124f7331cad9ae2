package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.util.List;

/** One resource with a fixed URI. Built once at start; must be thread-safe. */
public interface Resource {

    Description description();

    /** The same as {@code resources/list} says it. */
    default JsonObject json() {
        return description().json();
    }

    /**
     * @throws ResourceNotFoundException when it is gone
     */
    List<ResourceContents> read(Call call);

    /** Somebody wants to hear when it changes. Told again and again; nothing by default. */
    default void watched() {
    }

    /** What {@code resources/list} says of it. */
    record Description(String uri, String name, String title, String description, String mimeType) {

        public JsonObject json() {
            return Json.object()
                    .add("uri", uri)
                    .add("name", name)
                    .add("title", title)
                    .add("description", description)
                    .add("mimeType", mimeType)
                    .build();
        }
    }
}
