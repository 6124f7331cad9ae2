package io.mcpsession;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened, closed in reverse order. */
final class Resources implements AutoCloseable {

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    <T extends AutoCloseable> T own(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Closes all, also when some fail. */
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                System.getLogger(Server.class.getName()).log(System.Logger.Level.WARNING, "closing failed", e);
            }
        }
    }
}
