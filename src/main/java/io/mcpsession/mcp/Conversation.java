package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Message;
import jakarta.json.JsonString;
import java.util.Optional;

/** What a client calls the conversation a call belongs to. */
public final class Conversation {

    private static final String OPENAI = "openai/session";

    private Conversation() {
    }

    /** As ChatGPT names it: anonymous, and the same for all calls of one conversation. */
    public static Optional<String> of(Message.Request request) {
        return Meta.of(request.params()).get(OPENAI) instanceof JsonString name
                ? Optional.of(name.getString())
                : Optional.empty();
    }
}
