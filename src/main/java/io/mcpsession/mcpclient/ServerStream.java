package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.MalformedMessageException;
import io.mcpsession.jsonrpc.Message;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** What a server says outside of calls. Only notifications: nobody is there to answer questions. */
record ServerStream(InputStream body, int largest, Incoming incoming) {

    void readToEnd() throws IOException {
        EventReader events = new EventReader(body, largest);
        for (Optional<byte[]> data = events.next(); data.isPresent(); data = events.next()) {
            try {
                if (JsonRpc.parse(data.get()) instanceof Body.Single(Message.Notification(String method, JsonObject params))) {
                    incoming.notification(method, params);
                }
            } catch (MalformedMessageException e) {
                // One message that cannot be read does not spoil the others.
                continue;
            }
        }
    }
}
