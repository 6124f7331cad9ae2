package io.mcpsession.jsonrpc;

/** A text is no JSON, or more of it than is taken. The message goes on after "it" or "the body", and quotes nothing. */
public final class JsonRefusedException extends RuntimeException {

    private final boolean tooLarge;

    private JsonRefusedException(String message, boolean tooLarge) {
        super(message, null, false, false);
        this.tooLarge = tooLarge;
    }

    static JsonRefusedException notJson() {
        return new JsonRefusedException("is not JSON this server accepts", false);
    }

    static JsonRefusedException of(String what) {
        return new JsonRefusedException(what, false);
    }

    static JsonRefusedException tooDeep(int deepest) {
        return new JsonRefusedException("nests deeper than " + deepest, false);
    }

    static JsonRefusedException tooManyValues(int most) {
        return new JsonRefusedException("holds more than " + most + " JSON values", true);
    }

    /** Whether it may well be JSON, but too much of it. */
    public boolean tooLarge() {
        return tooLarge;
    }
}
