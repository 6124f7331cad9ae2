package io.mcpsession.http2;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.http2.Http2Exception;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.spi.ServerConnection;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.connection.EndingConnection;
import io.mcpsession.connection.ForwardingConnection;
import io.mcpsession.connection.LingeringClose;
import io.mcpsession.connection.Newcomers;
import io.mcpsession.limit.ByteBudget;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** A connection of Helidon's whose bytes are looked at before it reads them, and when it writes them. */
final class GuardedConnection extends ForwardingConnection {

    /** What a client reckons with until it is told otherwise (RFC 9113, section 6.5.2). */
    private static final int USUAL_WINDOW = 65_535;

    private final StreamLedger ledger;
    private final SendWindows windows;
    private final StreamTasks streams;
    private final GuardedWriter writer;
    private final ControlFrames controls;
    private final GuardedFrames frames;
    private final DataReader reader;
    private final Newcomers newcomers;
    /** Memory of a header block that is not whole. */
    private final ByteBudget.Share headers;
    private final AtomicBoolean known = new AtomicBoolean();

    /**
     * @param config    Helidon's
     * @param watch     looks after its streams
     * @param newcomers told when its client has shown who it is
     */
    GuardedConnection(ConnectionContext connection, Http2Config config, FrameLimits limits, FrameAllowance allowance,
                      StreamWatch watch, Newcomers newcomers) {
        super(connection);
        this.newcomers = newcomers;
        this.headers = newcomers.headers().share(this);
        HeaderCodec codec = new HeaderCodec(config.maxHeaderListSize());
        this.ledger = new StreamLedger(config.initialWindowSize());
        this.windows = new SendWindows(config.flowControlTimeout());
        this.streams = new StreamTasks(connection.executor(), watch, ledger, this::known);
        this.writer = new GuardedWriter(connection, ledger, windows, codec, limits, allowance,
                config.initialWindowSize() <= USUAL_WINDOW);
        this.controls = new ControlFrames(ledger, windows, writer, allowance);
        this.frames = new GuardedFrames(input(), ledger,
                new RequestFrames(ledger, windows, streams, codec, writer, limits, allowance, headers), controls, limits,
                allowance);
        this.reader = DataReader.create(frames);
    }

    /**
     * One that was one of HTTP/1.1, whose request is stream 1 (RFC 7540, section 3.2).
     *
     * @param settings of the client
     * @throws Http2Exception when they are not allowed
     */
    GuardedConnection upgraded(byte[] settings) {
        ledger.opened(StreamTasks.UPGRADED);
        ledger.ended(StreamTasks.UPGRADED);
        windows.opened(StreamTasks.UPGRADED);
        controls.applySettings(ByteBuffer.wrap(settings));
        return this;
    }

    /**
     * Has Helidon serve it.
     *
     * @param helidons what Helidon makes of it; may be null, as when it cannot be made HTTP/2
     */
    ServerConnection served(Function<ConnectionContext, ServerConnection> helidons) {
        ServerConnection made = helidons.apply(this);
        if (made == null) {
            return null;
        }
        ConnectionWriter.replace(made, writer);
        return new EndingConnection(made, new ClientPresence(), this::ended);
    }

    /** A request has shown it; so does every other one. */
    private void known() {
        if (!known.get() && known.compareAndSet(false, true)) {
            newcomers.known(remotePeer().address());
        }
    }

    private void ended() {
        headers.close();
        windows.connectionEnded();
        streams.connectionEnded();
        if (frames.isFaulty()) {
            LingeringClose.await(input(), serverSocket());
        }
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public ExecutorService executor() {
        return streams;
    }
}
