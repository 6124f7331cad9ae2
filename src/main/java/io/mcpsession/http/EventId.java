package io.mcpsession.http;

import io.mcpsession.relay.Position;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The id of an event: it names the stream and the place in it, which is all a replica needs to go on. */
sealed interface EventId {

    Pattern OF_CALL = Pattern.compile("c-([0-9a-f]{12})-(\\d{1,9})");
    Pattern OF_SERVER = Pattern.compile("s-(\\d{1,18}-\\d{1,18})");

    String text();

    /** On the stream of one call. */
    record OfCall(String stream, long number) implements EventId {

        @Override
        public String text() {
            return "c-" + stream + "-" + number;
        }
    }

    /** On the stream of server messages. */
    record OfServer(Position position) implements EventId {

        @Override
        public String text() {
            return "s-" + position.text();
        }
    }

    static Optional<EventId> parse(String text) {
        Matcher call = OF_CALL.matcher(text);
        if (call.matches()) {
            return Optional.of(new OfCall(call.group(1), Long.parseLong(call.group(2))));
        }
        Matcher server = OF_SERVER.matcher(text);
        return server.matches() ? Optional.of(new OfServer(Position.parse(server.group(1)))) : Optional.empty();
    }
}
