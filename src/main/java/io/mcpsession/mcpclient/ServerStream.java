package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.MalformedMessageException;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** What a server says outside of calls. Its questions are turned down: nobody is there to answer them. */
record ServerStream(InputStream body, int largest, Incoming incoming, Consumer<JsonObject> refuse) {

    void readToEnd() throws IOException {
        EventReader events = new EventReader(body, largest);
        for (Optional<byte[]> data = events.next(); data.isPresent(); data = events.next()) {
            try {
                JsonRpc.received(data.get()).forEach(this::take);
            } catch (MalformedMessageException e) {
                // One message that cannot be read does not spoil the others.
                continue;
            }
        }
    }

    private void take(JsonValue value) {
        switch (JsonRpc.message(value)) {
            case Message.Notification(String method, JsonObject params) -> incoming.notification(method, params);
            case Message.Request(JsonValue id, String method, _) -> refuse.accept(
                    JsonRpc.error(Optional.of(id), RpcException.methodNotFound(method).error()));
            case Message.Response _ -> { }
        }
    }
}
