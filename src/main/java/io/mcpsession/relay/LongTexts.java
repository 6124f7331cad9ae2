package io.mcpsession.relay;

import io.mcpsession.relay.BusEvent.Text;
import io.mcpsession.session.SessionId;
import java.util.Optional;
import java.util.UUID;

/**
 * Keeps what is too long for the bus, which all replicas read, where only the replica looks that the text is for. Kept
 * as long as the events of a call, and counted like them against the session's user.
 *
 * <p>Every method throws {@link io.mcpsession.session.StoreUnavailableException} when the store gave no answer.
 */
public record LongTexts(EventLog log) {

    /** What an event can carry for a text; a long one is kept from now on. */
    public Text write(SessionId session, String text) {
        if (text.length() <= Text.LONGEST) {
            return new Text.Inline(text);
        }
        String name = "text-" + UUID.randomUUID();
        log.append(session, name, new EventLog.Entry(1, text, true));
        return new Text.Kept(name);
    }

    /**
     * The text of an event.
     *
     * @return empty when it is kept no more
     */
    public Optional<String> read(SessionId session, Text text) {
        return switch (text) {
            case Text.Inline(String inline) -> Optional.of(inline);
            case Text.Kept(String name) -> log.after(session, name, 0)
                    .flatMap(replay -> replay.entries().stream().findFirst())
                    .map(EventLog.Entry::data);
        };
    }
}
