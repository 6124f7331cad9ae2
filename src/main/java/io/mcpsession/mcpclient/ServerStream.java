package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.JsonRefusedException;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.MalformedMessageException;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.limit.BudgetExhaustedException;
import io.mcpsession.limit.ByteBudget;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** What a server says to a session outside of calls. */
final class ServerStream {

    private final InputStream body;
    private final Wire wire;
    private final Incoming incoming;
    private final ServerRequests questions;

    /**
     * @param headers go with answers to the server's questions
     */
    ServerStream(InputStream body, Wire wire, Map<String, String> headers, Incoming incoming) {
        this.body = body;
        this.wire = wire;
        this.incoming = incoming;
        // Whoever cannot answer has said so elsewhere; the stream goes on.
        this.questions = new ServerRequests(wire, headers, incoming, _ -> { });
    }

    /**
     * @param place kept up to date, so that the stream can be opened again where it broke
     */
    void readToEnd(StreamPlace place) throws IOException {
        ByteBudget.Share held = wire.memory();
        EventReader events = new EventReader(body, wire.largestMessage(), held, place);
        try {
            for (Optional<byte[]> data = events.next(); data.isPresent(); data = events.next()) {
                try {
                    JsonRpc.received(data.get(), wire.limits(held)).forEach(this::take);
                } catch (MalformedMessageException | JsonRefusedException e) {
                    // One message that cannot be read does not spoil the others.
                    continue;
                }
            }
        } catch (BudgetExhaustedException e) {
            // The stream is taken up again where it was.
            throw new IOException("no memory for a message", e);
        } finally {
            held.close();
            questions.stop();
        }
    }

    private void take(JsonValue value) {
        switch (JsonRpc.message(value)) {
            case Message.Notification(String method, JsonObject params)
                    when method.equals("notifications/cancelled") -> questions.takeBack(params);
            case Message.Notification(String method, JsonObject params) -> incoming.notification(method, params);
            case Message.Request question -> questions.answer(question);
            case Message.Response _ -> { }
        }
    }
}
