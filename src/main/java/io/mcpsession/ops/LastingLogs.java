package io.mcpsession.ops;

import java.util.logging.LogManager;

/**
 * Logs to the very end. The JDK's own manager takes all handlers away as soon as SIGTERM comes, so that a drain would
 * go unheard. Made by the JVM when the system property {@code java.util.logging.manager} names it.
 */
public final class LastingLogs extends LogManager {

    private static final ScopedValue<Boolean> CONFIGURING = ScopedValue.newInstance();

    /** Runs what may take handlers away. */
    static void configuring(Runnable action) {
        ScopedValue.where(CONFIGURING, true).run(action);
    }

    @Override
    public void reset() {
        if (CONFIGURING.isBound()) {
            super.reset();
        }
    }
}
