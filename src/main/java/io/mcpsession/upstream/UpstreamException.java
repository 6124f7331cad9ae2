package io.mcpsession.upstream;

import io.mcpsession.mcpclient.UnreachableException;

/** A call could not be passed on; the message is for the model and the user. */
final class UpstreamException extends RuntimeException {

    private UpstreamException(String message) {
        super(message, null, false, false);
    }

    static UpstreamException of(String name, UnreachableException failure) {
        String what = "The server \"" + name + "\" behind this one failed: " + failure.getMessage() + ".";
        return new UpstreamException(switch (failure.reach()) {
            case NOT_SENT -> what + " Nothing was done; try again in a few seconds.";
            case UNKNOWN, ANSWERING -> what + " The call may have been carried out; find out before you repeat it.";
        });
    }

    static UpstreamException away(String name) {
        return new UpstreamException("The server \"" + name + "\" behind this one cannot be reached at the moment."
                + " Nothing was done; try again in a few seconds.");
    }

    static UpstreamException busy(String name) {
        return new UpstreamException("The server \"" + name + "\" behind this one has too much to do at the moment."
                + " Nothing was done; try again in a few seconds.");
    }

    static UpstreamException unreadable(String name, String why) {
        return new UpstreamException("The server \"" + name + "\" behind this one answered what this client cannot read: "
                + why + ". The call was carried out.");
    }

    static UpstreamException tooLong(String name) {
        return new UpstreamException("The server \"" + name + "\" behind this one did not finish in time."
                + " The call may have been carried out; find out before you repeat it.");
    }

    static UpstreamException forgotten(String name) {
        return new UpstreamException("The server \"" + name + "\" behind this one was restarted and has forgotten what"
                + " this session did there. Nothing was done; the next call starts afresh.");
    }
}
