package io.mcpsession.http1;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.connection.ForwardingConnection;
import io.mcpsession.connection.LingeringClose;
import io.mcpsession.connection.Newcomers;

/** A connection of HTTP/1.1 whose client is heard also while it is served, and whose bodies are looked at. */
final class HeardConnection extends ForwardingConnection {

    /** Of the answer that is being written, by whichever thread writes it; there is one at a time. */
    volatile Status answering = Status.OK_200;
    /** Whether that answer says that the connection ends. */
    volatile boolean closing;

    private final ReadAhead bytes;
    private final BodyReader reader;
    /** Whether the client has shown who it is. */
    private boolean known;

    HeardConnection(ConnectionContext connection, Newcomers newcomers) {
        super(connection);
        ListenerConfig listener = connection.listenerContext().config();
        this.bytes = new ReadAhead(this::next, listener.connectionOptions().readTimeout(),
                () -> leave(newcomers));
        this.reader = new BodyReader(bytes, listener.maxPayloadSize() < 0 ? Long.MAX_VALUE : listener.maxPayloadSize(),
                newcomers.headers().share(this));
    }

    /** Every request shows it anew. */
    private void leave(Newcomers newcomers) {
        if (!known) {
            known = true;
            newcomers.known(remotePeer().address());
        }
    }

    private byte[] next() {
        try {
            return input().get();
        } catch (DataReader.InsufficientDataAvailableException e) {
            return null;
        }
    }

    /** A request begins, of which there may be hundreds in what the client said at once. */
    void beginRequest() {
        input().yieldIfDue();
    }

    ClientPresence client() {
        return bytes.client();
    }

    @Override
    public BodyReader dataReader() {
        return reader;
    }

    /** To be called when it is served no longer. */
    void end() {
        client().left();
        reader.release();
        if (closing) {
            LingeringClose.await(bytes, serverSocket());
        }
    }
}
