package io.mcpsession.http;

import java.time.Duration;

/**
 * How much one event stream may hold, and for how long.
 *
 * @param patience    longest time in which a client takes nothing of what is sent to it
 * @param queuedBytes most that waits to be read by it; one larger event may wait alone
 */
public record StreamLimits(Duration patience, int queuedBytes) {
}
