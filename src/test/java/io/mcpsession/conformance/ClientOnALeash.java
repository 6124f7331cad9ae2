package io.mcpsession.conformance;

import java.net.URI;

/** An official client that is connected and does one call at a time. */
interface ClientOnALeash extends AutoCloseable {

    String TOOL = "test_simple_text";

    /** Calls {@link #TOOL}. Answers {@code served}, or {@code failed: } and why. */
    String call();

    /**
     * @param name {@code java}, or that of a client in {@code connections.mjs}
     */
    static ClientOnALeash connect(String name, URI endpoint, String token) {
        return name.equals("java") ? new JavaClient(endpoint, token) : new DrivenClient(name, endpoint, token);
    }
}
