package io.mcpsession.jsonrpc;

/** A call that ends with an error the caller is meant to see. */
public final class RpcException extends RuntimeException {

    private static final int LONGEST_SHOWN = 64;

    private final transient RpcError error;

    public RpcException(RpcError error) {
        // An expected answer, not a fault: nobody will read its stack trace.
        super(error.message(), null, false, false);
        this.error = error;
    }

    public static RpcException methodNotFound(String method) {
        return new RpcException(new RpcError(RpcError.METHOD_NOT_FOUND, "Method not found: " + shown(method)));
    }

    public static RpcException invalidParams(String message) {
        return new RpcException(new RpcError(RpcError.INVALID_PARAMS, message));
    }

    /**
     * Invalid params, because there is nothing of that name.
     *
     * @param kind such as {@code tool}
     */
    public static RpcException unknown(String kind, String name) {
        return invalidParams("Unknown " + kind + ": " + shown(name));
    }

    public RpcError error() {
        return error;
    }

    /** A name that came from outside, for a message: no longer than can be read, and nothing in it that a terminal obeys. */
    public static String shown(String name) {
        StringBuilder shown = new StringBuilder();
        name.codePoints().limit(LONGEST_SHOWN).forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                     Character.PARAGRAPH_SEPARATOR -> shown.append("\\u%04x".formatted(c));
                default -> shown.appendCodePoint(c);
            }
        });
        return name.codePoints().skip(LONGEST_SHOWN).findAny().isPresent() ? shown.append("...").toString()
                : shown.toString();
    }
}
