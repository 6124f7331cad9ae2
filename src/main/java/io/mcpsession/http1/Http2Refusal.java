package io.mcpsession.http1;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.mcpsession.connection.LingeringClose;
import java.time.Duration;
import java.util.Set;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Answers the preface of HTTP/2 (RFC 9113, section 3.4) on a socket that speaks HTTP/1.1 alone. Helidon 4.5.0 closes such
 * a connection without a word, and its client cannot tell why.
 */
public final class Http2Refusal implements ServerConnectionSelector {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n".getBytes(US_ASCII);
    private static final String WHY = "this port speaks HTTP/1.1\n";
    /** RFC 9110, section 15.6.6. */
    private static final byte[] ANSWER = """
            HTTP/1.1 505 HTTP Version Not Supported\r
            Connection: close\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Length: %d\r
            \r
            %s""".formatted(WHY.length(), WHY).getBytes(US_ASCII);

    @Override
    public int bytesToIdentifyConnection() {
        return 0;
    }

    @Override
    public Support supports(BufferData begin) {
        int compared = Math.min(begin.available(), PREFACE.length);
        for (int i = 0; i < compared; i++) {
            if (begin.get(i) != PREFACE[i]) {
                return Support.UNSUPPORTED;
            }
        }
        return compared == PREFACE.length ? Support.SUPPORTED : Support.UNKNOWN;
    }

    /** None: it is not agreed on in TLS either. */
    @Override
    public Set<String> supportedApplicationProtocols() {
        return Set.of();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        return new Refused(context);
    }

    private record Refused(ConnectionContext connection) implements ServerConnection {

        @Override
        public void handle(Limit limit) {
            connection.dataWriter().writeNow(BufferData.create(ANSWER));
            LingeringClose.await(() -> connection.dataReader().readBuffer().readBytes(), connection.serverSocket());
        }

        @Override
        public Duration idleTime() {
            return Duration.ZERO;
        }

        @Override
        public void close(boolean interrupt) {
            // It ends by itself in a moment.
        }
    }
}
