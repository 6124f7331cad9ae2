package io.mcpsession.http1;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.spi.ProtocolConfig;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.mcpsession.connection.EndingConnection;
import io.mcpsession.connection.Newcomers;
import java.util.List;
import java.util.Set;

/** Helidon's HTTP/1.1, on connections whose clients are heard also while they are served. */
public record Http1Guard(ServerConnectionSelector http1, Newcomers newcomers) implements ServerConnectionSelector {

    /** What a listener that speaks nothing else has of its protocols. */
    public static List<ProtocolConfig> alone(List<ProtocolConfig> protocols) {
        return protocols.stream().filter(Http1Config.class::isInstance).toList();
    }

    /** As the listener has it, and besides what these connections need. */
    public static Http1Config config(Http1Config configured) {
        return Http1Config.builder(configured)
                .receiveListeners(List.of(new RequestHead(configured.compositeReceiveListener())))
                .sendListeners(List.of(new AnswerHead(configured.compositeSendListener())))
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
        HeardConnection heard = new HeardConnection(context, newcomers);
        return new EndingConnection(http1.connection(heard), heard.client(), heard::end);
    }
}
