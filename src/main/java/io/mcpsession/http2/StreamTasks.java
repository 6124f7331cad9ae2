package io.mcpsession.http2;

import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The threads that serve the streams of one connection. Helidon 4.5.0 leaves those that wait for what a client of gRPC
 * is going to say alone when the connection is gone, and they wait for ever. Thread-safe.
 */
final class StreamTasks extends AbstractExecutorService {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final String STREAM = "io.helidon.webserver.http2.Http2ServerStream";

    private final ExecutorService executor;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    StreamTasks(ExecutorService executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(() -> {
            threads.add(Thread.currentThread());
            try {
                StreamEnd.after(task);
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
    }

    /** The connection is gone. Who is busy goes on, and is told when it would begin to wait. */
    void connectionEnded() {
        if (!threads.isEmpty()) {
            Thread.ofVirtual().name("http2-left").start(() -> {
                while (!threads.isEmpty()) {
                    threads.stream().filter(StreamTasks::waitsForItsClient).forEach(Thread::interrupt);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            });
        }
    }

    private static boolean waitsForItsClient(Thread thread) {
        return Stream.of(thread.getStackTrace())
                .filter(frame -> !frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("jdk."))
                .findFirst()
                .filter(frame -> frame.getClassName().equals(STREAM) && frame.getMethodName().equals("handle")
                        || frame.getClassName().equals(StreamEnd.class.getName()))
                .isPresent();
    }

    @Override
    public void shutdown() {
        executor.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return executor.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return executor.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return executor.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return executor.awaitTermination(timeout, unit);
    }
}
