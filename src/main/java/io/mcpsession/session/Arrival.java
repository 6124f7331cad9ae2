package io.mcpsession.session;

import java.util.Optional;

/**
 * What a call says of its session.
 *
 * @param caller       the verified caller
 * @param presented    the id as the client sent it, in whatever shape; empty when it sent none
 * @param conversation what the client calls the conversation; empty when it names none, or names are not heeded
 */
public record Arrival(Principal caller, Optional<String> presented, Optional<String> conversation) {

    public Arrival(Principal caller, Optional<String> presented) {
        this(caller, presented, Optional.empty());
    }
}
