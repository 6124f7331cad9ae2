package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;

/** Resources whose URIs follow a template. Built once at start; must be thread-safe. */
public interface ResourceTemplate {

    Description description();

    /** The same as {@code resources/templates/list} says it. */
    default JsonObject json() {
        return description().json();
    }

    /**
     * @param uri       as the client asked for it
     * @param variables the template's variables, decoded
     * @throws ResourceNotFoundException when there is none of this URI
     */
    List<ResourceContents> read(Call call, String uri, Map<String, String> variables);

    /** See {@link Tool#passesRoundsOn}. */
    default boolean passesRoundsOn() {
        return false;
    }

    /**
     * Somebody wants to hear when this resource changes. Told again and again.
     *
     * @return whether its changes will be told
     */
    default boolean watched(String uri, Subscriber subscriber) {
        return true;
    }

    /**
     * The session of a call subscribes to the changes of this resource.
     *
     * @throws io.mcpsession.jsonrpc.RpcException when they will not be told
     */
    default void subscribe(Call call, String uri) {
    }

    /** The session of a call no longer wants to hear of this resource. */
    default void unsubscribe(Call call, String uri) {
    }

    /** Suggests values for a variable; none by default. */
    default Completion complete(Call call, String variable, String value, Map<String, String> context) {
        return Completion.NONE;
    }

    /**
     * What {@code resources/templates/list} says of it.
     *
     * @param uriTemplate with simple variables such as {@code notes://{name}} (RFC 6570, level 1)
     */
    record Description(String uriTemplate, String name, String title, String description, String mimeType) {

        public JsonObject json() {
            return Json.object()
                    .add("uriTemplate", uriTemplate)
                    .add("name", name)
                    .add("title", title)
                    .add("description", description)
                    .add("mimeType", mimeType)
                    .build();
        }
    }
}
