package io.mcpsession.bench;

import java.io.IOException;

/** One who does the same again and again, and waits for each answer. */
interface Caller extends AutoCloseable {

    /**
     * Does it once.
     *
     * @return how many requests that took
     * @throws Exception when one of them was not answered as it must be; the caller is then closed
     */
    int once() throws Exception;

    @Override
    default void close() throws IOException {
    }

    /** Makes one more, with a connection of its own where connections are not shared. */
    @FunctionalInterface
    interface Maker {
        Caller open() throws Exception;
    }
}
