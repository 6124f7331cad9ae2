package io.mcpsession.http1;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;

/** Tells a connection that a request begins, and which body follows its headers. */
final class RequestHead extends ForwardingListener {

    RequestHead(Http1ConnectionListener next) {
        super(next);
    }

    @Override
    public void headers(ConnectionContext connection, Headers headers) {
        if (connection instanceof HeardConnection heard) {
            heard.dataReader().begin(headers);
        }
        super.headers(connection, headers);
    }

    @Override
    public void prologue(ConnectionContext connection, HttpPrologue prologue) {
        if (connection instanceof HeardConnection heard) {
            heard.beginRequest();
        }
        super.prologue(connection, prologue);
    }
}
