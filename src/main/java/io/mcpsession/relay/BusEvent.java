package io.mcpsession.relay;

import io.mcpsession.session.SessionId;

/** What replicas tell each other. */
public sealed interface BusEvent {

    /** The client no longer wants the answer to a request of its session. */
    record Cancelled(SessionId session, String requestId) implements BusEvent {
    }

    /**
     * The client answered a question that some replica asked.
     *
     * @param response as JSON text
     */
    record Answered(SessionId session, String questionId, Text response) implements BusEvent {
    }

    /** A replica serves the session's stream of server messages now; whoever served it before lets go. */
    record StreamTaken(SessionId session, String holder) implements BusEvent {
    }

    /** The session's subscriptions changed. */
    record SubscriptionsChanged(SessionId session) implements BusEvent {
    }

    /**
     * Sessions of a user were ended before their time: whoever serves one looks whether it still lives.
     *
     * @param user fingerprint of the owner
     */
    record SessionsEnded(String user) implements BusEvent {
    }

    /**
     * Something for one session's stream of server messages.
     *
     * @param message a notification or a request, as JSON text
     */
    record SessionMessage(SessionId session, Text message) implements BusEvent {
    }

    /** What belongs to an event: the bus takes short texts, and only says of a long one where it is. */
    sealed interface Text {

        /** Longest text that the bus itself takes, in characters. */
        int LONGEST = 1024;

        /** A short one. */
        record Inline(String text) implements Text {
        }

        /**
         * One that {@link LongTexts} keeps.
         *
         * @param name unique in the session
         */
        record Kept(String name) implements Text {
        }
    }

    /** A session has a session at another server from now on, or another one there than before. */
    record SessionBridged(SessionId session) implements BusEvent {
    }

    /** A list changed. */
    record ListChanged(Kind kind) implements BusEvent {
    }

    /** A resource changed. */
    record ResourceUpdated(String uri) implements BusEvent {
    }

    /** Which list. */
    enum Kind {
        TOOLS, PROMPTS, RESOURCES
    }
}
