package io.mcpsession.http2;

import io.helidon.http.http2.Http2Exception;

/** Data that the other side has no room for, because it does not read (RFC 9113, section 5.2). */
public final class UnreadData {

    private UnreadData() {
    }

    /**
     * Whether writing failed because of it. The connection and the stream are then as good as before, and the end of the
     * stream can still be told: headers need no room.
     */
    public static boolean isWhy(RuntimeException failure) {
        return failure instanceof Http2Exception;
    }
}
