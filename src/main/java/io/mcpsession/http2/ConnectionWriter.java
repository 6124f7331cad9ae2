package io.mcpsession.http2;

import io.helidon.http.http2.Http2ConnectionWriter;
import io.helidon.webserver.http2.Http2Connection;
import io.helidon.webserver.spi.ServerConnection;
import java.lang.reflect.Field;

/**
 * Has a connection of Helidon's write by a writer of ours.
 *
 * <p>By reflection, because Helidon 4.5.0 has no way for it: its writer calls ours while it holds the lock of the
 * connection, where waiting for the room of one stream would hold up all others, and even the thread that reads of new
 * room. Fails when the server starts, should another Helidon have another field.
 */
final class ConnectionWriter {

    private static final Field FIELD = field();

    private ConnectionWriter() {
    }

    private static Field field() {
        try {
            Field field = Http2Connection.class.getDeclaredField("connectionWriter");
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Helidon is not the one that " + ConnectionWriter.class + " is for", e);
        }
    }

    /** To be called before the connection is served. */
    static void replace(ServerConnection connection, Http2ConnectionWriter writer) {
        try {
            FIELD.set(connection, writer);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
