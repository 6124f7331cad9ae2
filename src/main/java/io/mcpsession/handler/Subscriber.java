package io.mcpsession.handler;

/**
 * Somebody who wants to hear of changes.
 *
 * @param user      fingerprint of the user: what all its subscribers want is counted together
 * @param name      unique among all; the wish ends with whoever has it
 * @param bySession whether it is a session, which has subscribed; else a stream of the stateless era
 */
public record Subscriber(String user, String name, boolean bySession) {
}
