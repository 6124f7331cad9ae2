package io.mcpsession.http2;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.spi.ServerConnection;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.connection.EndingConnection;
import io.mcpsession.connection.ForwardingConnection;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/** A connection of Helidon's whose bytes are looked at before it reads them, and when it writes them. */
final class GuardedConnection extends ForwardingConnection {

    /** What a client reckons with until it is told otherwise (RFC 9113, section 6.5.2). */
    private static final int USUAL_WINDOW = 65_535;
    /** Frames of one header block that are decoded, in bytes: more than Envoy lets through by default (60 KiB). */
    private static final int LONGEST_BLOCK = 65_536;

    private final DataReader reader;
    private final DataWriter writer;
    private final StreamTasks streams;

    private GuardedConnection(ConnectionContext connection, Http2Config config, StreamWatch watch, boolean upgraded) {
        super(connection);
        StreamLedger ledger = new StreamLedger(config.initialWindowSize());
        if (upgraded) {
            // Its request was told in HTTP/1.1, and is stream 1 (RFC 7540, section 3.2).
            ledger.opened(StreamTasks.UPGRADED);
            ledger.ended(StreamTasks.UPGRADED);
        }
        WatchedWriter watched = new WatchedWriter(connection.dataWriter(), ledger,
                config.initialWindowSize() <= USUAL_WINDOW);
        this.writer = watched;
        this.streams = new StreamTasks(connection.executor(), watch, ledger);
        this.reader = DataReader.create(new GuardedFrames(connection.dataReader(), ledger, streams, watched::giveRoom,
                new HeaderDecoder(config.maxHeaderListSize()), config.maxFrameSize(), Math.max(LONGEST_BLOCK, config.maxHeaderListSize())));
    }

    /**
     * Guards one.
     *
     * @param watch    looks after its streams
     * @param upgraded whether it was one of HTTP/1.1
     * @param helidons what Helidon makes of it; may be null, as when it cannot be made HTTP/2
     * @return the same, guarded
     */
    static ServerConnection of(ConnectionContext connection, Http2Config config, StreamWatch watch,
                               boolean upgraded, Function<ConnectionContext, ServerConnection> helidons) {
        GuardedConnection guarded = new GuardedConnection(connection, config, watch, upgraded);
        ServerConnection made = helidons.apply(guarded);
        return made == null ? null : new EndingConnection(made, new ClientPresence(), guarded.streams::connectionEnded);
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public DataWriter dataWriter() {
        return writer;
    }

    @Override
    public ExecutorService executor() {
        return streams;
    }
}
