package io.mcpsession.session;

/** There are as many sessions as there may be. */
public final class SessionLimitException extends RuntimeException {

    private final Scope scope;

    public SessionLimitException(Scope scope) {
        super(switch (scope) {
            case USER -> "the user has too many sessions";
            case TOTAL -> "the server has too many sessions";
        }, null, false, false);
        this.scope = scope;
    }

    public Scope scope() {
        return scope;
    }

    /** Whose limit it is. */
    public enum Scope {
        USER, TOTAL
    }
}
