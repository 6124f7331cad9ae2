package io.mcpsession.grpc;

import java.util.Optional;

/**
 * What can be known of a call without serving it.
 *
 * @param method       empty when nothing says it
 * @param conversation what the client calls the conversation; empty when it names none
 */
public record McpCall(Optional<String> method, Optional<String> conversation) {

    static final McpCall UNKNOWN = new McpCall(Optional.empty(), Optional.empty());

    /** Reads the body of a request; this package knows no JSON. */
    @FunctionalInterface
    public interface Reader {

        /**
         * @param body as much of it as a proxy sends on
         * @return a call of which nothing is known when that cannot be read
         */
        McpCall read(byte[] body);
    }

    /** This, and what another source knows beside it. */
    McpCall or(McpCall other) {
        return new McpCall(method.or(other::method), conversation.or(other::conversation));
    }

    /** Whether it is known to be none that wants an answer. */
    boolean isNotification() {
        return method.filter(name -> name.startsWith("notifications/")).isPresent();
    }

    /** Whether it is one that comes before there is a session, or never has one. */
    boolean needsNoSession() {
        return method.filter(name -> name.equals("initialize") || name.equals("server/discover")).isPresent();
    }
}
