package io.mcpsession.handler;

/** A failed tool run or a bad argument: the model sees the message and can act on it. */
public final class ToolException extends RuntimeException {

    public ToolException(String message) {
        super(message, null, false, false);
    }
}
