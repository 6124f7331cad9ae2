package io.mcpsession.listener;

import io.helidon.webserver.WebServer;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The threads with which Helidon's listeners accept.
 *
 * <p>By reflection, because Helidon 4.5.0 has no way for it: a listener opens its socket itself and tells nobody that it
 * has ended. Fails when the server is built, should another Helidon have other fields.
 */
final class AcceptThreads {

    /** That of one listener, which is not started yet. */
    record AcceptThread(String name, Object listener) {

        /** Lets it accept from a socket that goes on after a failure. */
        void acceptBy(Accepting accepting) {
            Thread helidons = (Thread) get(listener, "serverThread");
            Method listen = method(listener, "listen");
            set(listener, "serverThread", Thread.ofPlatform().name(helidons.getName()).daemon(false).unstarted(() -> {
                accepting.begins();
                try {
                    set(listener, "serverSocket",
                            new AcceptingChannel((ServerSocketChannel) get(listener, "serverSocket"), accepting));
                    listen.invoke(listener);
                } catch (ReflectiveOperationException e) {
                    throw different(e instanceof InvocationTargetException ? e.getCause() : e);
                } finally {
                    accepting.over();
                }
            }));
        }
    }

    private AcceptThreads() {
    }

    /** Those of all sockets of a server that is built and not started. */
    static List<AcceptThread> of(WebServer server) {
        List<AcceptThread> threads = new ArrayList<>();
        ((Map<?, ?>) get(server, "listeners")).forEach((name, listener) ->
                threads.add(new AcceptThread(name.toString(), listener)));
        return threads;
    }

    private static Object get(Object owner, String field) {
        try {
            return field(owner, field).get(owner);
        } catch (ReflectiveOperationException e) {
            throw different(e);
        }
    }

    private static void set(Object owner, String field, Object value) {
        try {
            field(owner, field).set(owner, value);
        } catch (ReflectiveOperationException e) {
            throw different(e);
        }
    }

    private static Field field(Object owner, String name) throws NoSuchFieldException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    private static Method method(Object owner, String name) {
        try {
            Method method = owner.getClass().getDeclaredMethod(name);
            method.setAccessible(true);
            return method;
        } catch (ReflectiveOperationException e) {
            throw different(e);
        }
    }

    private static IllegalStateException different(Throwable cause) {
        return new IllegalStateException("this Helidon is not the one that " + AcceptThreads.class + " is for", cause);
    }
}
