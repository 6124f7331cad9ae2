package io.mcpsession.http;

import io.mcpsession.jsonrpc.Message;

/** Told of each MCP request while it is answered, for tracing. Must not block and must not throw. */
@FunctionalInterface
public interface RequestSpans {

    /** Looks at nothing. */
    RequestSpans NONE = _ -> Answering.NOTHING;

    /** Begins to look at a request, in the thread that answers it. */
    Answering begin(Message.Request request);

    /** One request. Closed in the thread that it was begun in. */
    interface Answering extends AutoCloseable {

        Answering NOTHING = new Answering() {

            @Override
            public void failed(RuntimeException failure) {
            }

            @Override
            public void close() {
            }
        };

        void failed(RuntimeException failure);

        @Override
        void close();
    }
}
