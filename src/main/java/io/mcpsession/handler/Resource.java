package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.util.List;

/** One resource with a fixed URI. Built once at start; must be thread-safe. */
public interface Resource {

    /** Longest URI that is looked for, in characters: what HTTP asks of servers at least (RFC 9110, section 4.1). */
    int LONGEST_URI = 8000;

    Description description();

    /** See {@link Tool#passesRoundsOn}. */
    default boolean passesRoundsOn() {
        return false;
    }

    /** The same as {@code resources/list} says it. */
    default JsonObject json() {
        return description().json();
    }

    /**
     * @throws ResourceNotFoundException when it is gone
     */
    List<ResourceContents> read(Call call);

    /**
     * Somebody wants to hear when it changes. Told again and again.
     *
     * @return whether its changes will be told
     */
    default boolean watched(Subscriber subscriber) {
        return true;
    }

    /**
     * The session of a call subscribes to its changes.
     *
     * @throws io.mcpsession.jsonrpc.RpcException when they will not be told
     */
    default void subscribe(Call call) {
    }

    /** The session of a call no longer wants to hear of it. */
    default void unsubscribe(Call call) {
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
