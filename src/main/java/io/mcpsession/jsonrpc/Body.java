package io.mcpsession.jsonrpc;

import java.util.List;

/** What a request body holds. */
public sealed interface Body {

    record Single(Message message) implements Body {
    }

    /** Never empty. Only revision 2025-03-26 knows batches. */
    record Batch(List<Message> messages) implements Body {

        public Batch {
            messages = List.copyOf(messages);
        }
    }
}
