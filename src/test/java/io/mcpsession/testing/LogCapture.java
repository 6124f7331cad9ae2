package io.mcpsession.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Keeps what is logged, and keeps it off the console. */
public final class LogCapture extends Handler implements AutoCloseable {

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final Level level;

    public LogCapture(Class<?> source) {
        this(source.getName());
    }

    /** What is logged under this name or a longer one. */
    public LogCapture(String name) {
        logger = Logger.getLogger(name);
        level = logger.getLevel();
        logger.addHandler(this);
        logger.setUseParentHandlers(false);
    }

    /** The same for whatever is at this level or above it. */
    public LogCapture(String name, Level least) {
        this(name);
        logger.setLevel(least);
    }

    /** The messages of this level, in order. */
    public List<String> at(Level level) {
        return records.stream().filter(logged -> logged.getLevel().equals(level)).map(LogRecord::getMessage).toList();
    }

    @Override
    public void publish(LogRecord logged) {
        records.add(logged);
    }

    @Override
    public void flush() {
    }

    @Override
    public void close() {
        logger.setUseParentHandlers(true);
        logger.setLevel(level);
        logger.removeHandler(this);
    }
}
