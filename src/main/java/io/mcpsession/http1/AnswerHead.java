package io.mcpsession.http1;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;

/**
 * Changes the headers of answers that Helidon is about to write.
 *
 * <p>Takes the {@code Content-Length} from those that must not have one (RFC 9110, section 8.6): Helidon 4.5.0 gives 204 a
 * length of 0, whatever is done about it, and tells of the status before the headers.
 *
 * <p>Ends the connection where a request was answered before its body has come (RFC 9112, section 9.3): Helidon would wait
 * for the body, with the place of the request, and for whoever sends it.
 */
final class AnswerHead extends ForwardingListener {

    AnswerHead(Http1ConnectionListener next) {
        super(next);
    }

    @Override
    public void status(ConnectionContext connection, Status status) {
        super.status(connection, status);
        if (connection instanceof HeardConnection heard) {
            heard.answering = status;
        }
    }

    @Override
    public void headers(ConnectionContext connection, Headers headers) {
        if (connection instanceof HeardConnection heard && headers instanceof WritableHeaders<?> writable) {
            if (Status.NO_CONTENT_204.equals(heard.answering)) {
                writable.remove(HeaderNames.CONTENT_LENGTH);
            }
            if (heard.dataReader().isBodyMissing()) {
                writable.set(HeaderValues.CONNECTION_CLOSE);
                heard.dataReader().close();
            }
            // Most answers have no such header, and looking for a token in none makes a stream of it.
            heard.closing = headers.contains(HeaderNames.CONNECTION)
                    && headers.containsToken(HeaderValues.CONNECTION_CLOSE);
        }
        super.headers(connection, headers);
    }
}
