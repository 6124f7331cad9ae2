package io.mcpsession.http;

import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.connection.ClientPresence;

/**
 * Who is answered.
 *
 * @param response the way to it
 * @param accepts  what it takes
 * @param client   whether it is still there
 * @param token    whether it still may
 * @param share    what it may have open
 * @param request  what its request takes of that, until it is served or goes on as a stream
 */
record Recipient(ServerResponse response, Accepts accepts, ClientPresence client, TokenWatch.Held token,
                 CallerShares.Share share, CallerShares.Place request) {

    /**
     * The client of the request that the current thread serves.
     *
     * @throws TooManyOpenException when it has as many requests open as it may
     */
    static Recipient of(ServerResponse response, Accepts accepts, TokenWatch.Held token,
                        CallerShares.Share share) {
        return new Recipient(response, accepts, ClientPresence.current(), token, share, share.request());
    }
}
