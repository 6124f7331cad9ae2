package io.mcpsession.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What came of some seconds of load.
 *
 * @param requests answered with 200
 * @param errors   everything else
 * @param seconds  how long it went on
 * @param nanos    of each piece of work, sorted
 */
record Load(long requests, long errors, double seconds, long[] nanos) {

    /** Clients that do the same at the same time, each on a connection of its own, until the time is over. */
    static Load run(int port, int clients, Connection.Work work, double seconds)
            throws InterruptedException, ExecutionException {
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        List<Callable<Load>> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            all.add(() -> client(port, work, end));
        }
        long requests = 0;
        long errors = 0;
        List<long[]> taken = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Load> client : threads.invokeAll(all)) {
                requests += client.get().requests;
                errors += client.get().errors;
                taken.add(client.get().nanos);
            }
        }
        long[] nanos = taken.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return new Load(requests, errors, (System.nanoTime() - begin) / 1e9, nanos);
    }

    private static Load client(int port, Connection.Work work, long end) throws IOException {
        long[] taken = new long[1 << 12];
        int count = 0;
        long requests = 0;
        long errors = 0;
        Connection connection = new Connection(port);
        try {
            for (long now = System.nanoTime(); now < end;) {
                try {
                    requests += work.once(connection);
                } catch (IOException e) {
                    errors++;
                    connection.close();
                    connection = new Connection(port);
                }
                long done = System.nanoTime();
                if (count == taken.length) {
                    taken = Arrays.copyOf(taken, 2 * count);
                }
                taken[count++] = done - now;
                now = done;
            }
        } finally {
            connection.close();
        }
        return new Load(requests, errors, 0, Arrays.copyOf(taken, count));
    }

    double rate() {
        return requests / seconds;
    }

    /** Milliseconds that this part of the work took at most. */
    double millis(double part) {
        return nanos.length == 0 ? 0 : nanos[(int) Math.min(nanos.length - 1, part * nanos.length)] / 1e6;
    }
}
