package io.mcpsession.http1;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;

/**
 * Tells a connection that a request begins, and which body follows its headers.
 *
 * @param next listens too: of a list of listeners Helidon calls none
 */
record RequestHead(Http1ConnectionListener next) implements Http1ConnectionListener {

    @Override
    public void headers(ConnectionContext connection, Headers headers) {
        if (connection instanceof HeardConnection heard) {
            heard.dataReader().begin(headers);
        }
        next.headers(connection, headers);
    }

    @Override
    public void prologue(ConnectionContext connection, HttpPrologue prologue) {
        if (connection instanceof HeardConnection heard) {
            heard.beginRequest();
        }
        next.prologue(connection, prologue);
    }

    @Override
    public void status(ConnectionContext connection, Status status) {
        next.status(connection, status);
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
