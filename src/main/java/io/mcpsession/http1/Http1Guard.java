package io.mcpsession.http1;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.spi.ProtocolConfig;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.mcpsession.connection.EndingConnection;
import io.mcpsession.connection.ForwardingConnection;
import java.util.List;
import java.util.Set;

/** Helidon's HTTP/1.1, on connections whose clients are heard also while they are served. */
public record Http1Guard(ServerConnectionSelector http1) implements ServerConnectionSelector {

    /** What a listener that speaks nothing else has of its protocols. */
    public static List<ProtocolConfig> alone(List<ProtocolConfig> protocols) {
        return protocols.stream().filter(Http1Config.class::isInstance).toList();
    }

    /** As the listener has it, and besides what these connections need. */
    public static Http1Config config(Http1Config configured) {
        return Http1Config.builder(configured)
                .sendListeners(List.of(new NoContent(configured.compositeSendListener())))
                .build();
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http1.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http1.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http1.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        HeardConnection heard = new HeardConnection(context);
        return new EndingConnection(http1.connection(heard), heard.bytes.client(), heard.bytes.client()::left);
    }

    static final class HeardConnection extends ForwardingConnection {

        /** Of the answer that is being written, by whichever thread writes it; there is one at a time. */
        volatile Status answering = Status.OK_200;

        private final ReadAhead bytes;
        private final DataReader reader;

        HeardConnection(ConnectionContext connection) {
            super(connection);
            this.bytes = new ReadAhead(() -> next(connection.dataReader()), connection.listenerContext().config().connectionOptions().readTimeout());
            this.reader = DataReader.create(bytes);
        }

        private static byte[] next(DataReader source) {
            try {
                return source.readBuffer().readBytes();
            } catch (DataReader.InsufficientDataAvailableException e) {
                return null;
            }
        }

        @Override
        public DataReader dataReader() {
            return reader;
        }
    }
}
