package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.util.Base64;

/** What reading a resource gives. */
public sealed interface ResourceContents {

    JsonObject json();

    /** Contents as another server wrote them. */
    record Given(JsonObject json) implements ResourceContents {
    }

    /** Contents that are text. */
    record Text(String uri, String mimeType, String text) implements ResourceContents {

        @Override
        public JsonObject json() {
            return Json.object().add("uri", uri).add("mimeType", mimeType).add("text", text).build();
        }
    }

    /** Contents that are not. */
    record Binary(String uri, String mimeType, byte[] data) implements ResourceContents {

        @Override
        public JsonObject json() {
            return Json.object()
                    .add("uri", uri)
                    .add("mimeType", mimeType)
                    .add("blob", Base64.getEncoder().encodeToString(data))
                    .build();
        }
    }
}
