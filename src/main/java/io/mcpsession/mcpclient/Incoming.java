package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonObject;

/** What another server says before it answers. */
public interface Incoming {

    /** Takes nothing, and answers nothing. */
    Incoming NONE = new Incoming() {
        @Override
        public void notification(String method, JsonObject params) {
            // Nobody wants it.
        }

        @Override
        public JsonObject question(String method, JsonObject params) {
            throw RpcException.methodNotFound(method);
        }
    };

    /** A notification; on the thread of the call, so that a slow client slows the server down. */
    void notification(String method, JsonObject params);

    /**
     * A request of the other server; on a thread of its own, which is interrupted when the call ends.
     *
     * @return the result
     * @throws RpcException when the answer is an error; any other exception ends the call, and
     *                                            comes out of it
     */
    JsonObject question(String method, JsonObject params);
}
