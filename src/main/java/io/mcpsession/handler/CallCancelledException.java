package io.mcpsession.handler;

/** Nobody waits for the answer of this call any more; let it pass through. */
public final class CallCancelledException extends RuntimeException {

    public CallCancelledException() {
        super("the call was cancelled", null, false, false);
    }
}
