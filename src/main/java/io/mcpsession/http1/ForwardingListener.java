package io.mcpsession.http1;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;

/** Hands on what Helidon tells. Whoever extends it does something besides: of a list of listeners Helidon calls none. */
abstract class ForwardingListener implements Http1ConnectionListener {

    private final Http1ConnectionListener next;

    ForwardingListener(Http1ConnectionListener next) {
        this.next = next;
    }

    @Override
    public void prologue(ConnectionContext connection, HttpPrologue prologue) {
        next.prologue(connection, prologue);
    }

    @Override
    public void status(ConnectionContext connection, Status status) {
        next.status(connection, status);
    }

    @Override
    public void headers(ConnectionContext connection, Headers headers) {
        next.headers(connection, headers);
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
