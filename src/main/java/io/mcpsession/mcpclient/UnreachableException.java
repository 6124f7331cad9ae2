package io.mcpsession.mcpclient;

/** The other server could not be reached, broke off, or answered what no MCP server answers. */
public final class UnreachableException extends RuntimeException {

    /** How far the request came. */
    public enum Reach {
        /** It was never sent: trying again repeats nothing. */
        NOT_SENT,
        /** It may have been carried out. */
        UNKNOWN,
        /** Part of an answer was there. */
        ANSWERING
    }

    private final Reach reach;
    private final int status;

    UnreachableException(String message, Reach reach) {
        this(message, reach, 0);
    }

    UnreachableException(String message, Reach reach, int status) {
        super(message, null, false, false);
        this.reach = reach;
        this.status = status;
    }

    /** The HTTP status it answered with; 0 for none. */
    int status() {
        return status;
    }

    public Reach reach() {
        return reach;
    }
}
