package io.mcpsession.handler;

import io.mcpsession.jsonrpc.RpcError;

/** The client answered a question with an error or not in time, or could not be asked. */
public final class ClientRefusedException extends RuntimeException {

    private final transient RpcError error;

    /**
     * @param error what the client answered, or what stands for an answer that did not come
     */
    public ClientRefusedException(String message, RpcError error) {
        super(message, null, false, false);
        this.error = error;
    }

    public RpcError error() {
        return error;
    }
}
