package io.mcpsession.http1;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;

/**
 * Takes the {@code Content-Length} from answers that must not have one (RFC 9110, section 8.6). Helidon 4.5.0 gives 204 a
 * length of 0, whatever is done about it, and tells of the status before the headers that it is about to write.
 *
 * @param next listens too: of a list of listeners Helidon calls none
 */
record NoContent(Http1ConnectionListener next) implements Http1ConnectionListener {

    @Override
    public void status(ConnectionContext connection, Status status) {
        next.status(connection, status);
        if (connection instanceof Http1Guard.HeardConnection heard) {
            heard.answering = status;
        }
    }

    @Override
    public void headers(ConnectionContext connection, Headers headers) {
        if (connection instanceof Http1Guard.HeardConnection heard && Status.NO_CONTENT_204.equals(heard.answering)
                && headers instanceof WritableHeaders<?> writable) {
            writable.remove(HeaderNames.CONTENT_LENGTH);
        }
        next.headers(connection, headers);
    }

    @Override
    public void prologue(ConnectionContext connection, HttpPrologue prologue) {
        next.prologue(connection, prologue);
    }

    @Override
    public void data(ConnectionContext connection, BufferData data) {
        next.data(connection, data);
    }

    @Override
    public void data(ConnectionContext connection, byte[] data, int position, int length) {
        next.data(connection, data, position, length);
    }
}
