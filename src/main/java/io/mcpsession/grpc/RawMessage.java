package io.mcpsession.grpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * A request as it came. Helidon 4.5.0 takes one that it cannot parse for a cancelled call and logs a stack trace, so
 * that parsing is left to the service's own side of all interceptors, where a failure is answered like any other.
 */
final class RawMessage extends ByteArrayInputStream implements KnownLength {

    private static final Marshaller<InputStream> MARSHALLER = new Marshaller<>() {

        @Override
        public InputStream stream(InputStream message) {
            return message;
        }

        /** An answer is a message until it is written; a request lies in a buffer that the next one is read into. */
        @Override
        public InputStream parse(InputStream bytes) {
            try {
                return bytes instanceof Drainable ? bytes : new RawMessage(whole(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    /** {@link InputStream#readAllBytes} would take 16 KB to look for the end of the shortest. */
    private static byte[] whole(InputStream message) throws IOException {
        if (!(message instanceof KnownLength)) {
            return message.readAllBytes();
        }
        byte[] bytes = new byte[message.available()];
        int length = message.readNBytes(bytes, 0, bytes.length);
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private RawMessage(byte[] bytes) {
        super(bytes);
    }

    /** The same service, which parses requests itself. */
    static ServerServiceDefinition of(ServerServiceDefinition service) {
        return ServerInterceptors.useMarshalledMessages(service, MARSHALLER);
    }
}
