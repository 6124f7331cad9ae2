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
    private final String detail;

    UnreachableException(String message, Reach reach) {
        this(message, reach, 0);
    }

    UnreachableException(String message, Reach reach, int status) {
        this(message, reach, status, "");
    }

    private UnreachableException(String message, Reach reach, int status, String detail) {
        super(message, null, false, false);
        this.reach = reach;
        this.status = status;
        this.detail = detail;
    }

    /**
     * @param where for the operator alone
     */
    static UnreachableException redirected(int status, String where) {
        return new UnreachableException("it redirects elsewhere (status " + status + ")", Reach.NOT_SENT, status,
                ", to " + where + ", where requests are not sent: set the url to the server itself");
    }

    /** What happened, for the log: the message for callers names no hosts. */
    public String logged() {
        return getMessage() + detail;
    }

    /** The HTTP status it answered with; 0 for none. */
    int status() {
        return status;
    }

    /** Whether it did answer, if with a status that is no success. */
    public boolean answered() {
        return status != 0;
    }

    public Reach reach() {
        return reach;
    }
}
