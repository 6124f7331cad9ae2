package io.mcpsession.jsonrpc;

/** A call that ends with an error the caller is meant to see. */
public final class RpcException extends RuntimeException {

    private final transient RpcError error;

    public RpcException(RpcError error) {
        // An expected answer, not a fault: nobody will read its stack trace.
        super(error.message(), null, false, false);
        this.error = error;
    }

    public static RpcException methodNotFound(String method) {
        return new RpcException(new RpcError(RpcError.METHOD_NOT_FOUND, "Method not found: " + shortened(method)));
    }

    public static RpcException invalidParams(String message) {
        return new RpcException(new RpcError(RpcError.INVALID_PARAMS, message));
    }

    public RpcError error() {
        return error;
    }

    private static String shortened(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "...";
    }
}
