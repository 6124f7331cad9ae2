package io.mcpsession.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What came of some seconds of load.
 *
 * @param requests answered as they must be
 * @param errors   everything else
 * @param seconds  how long it went on
 * @param nanos    of each piece of work, sorted
 */
record Load(long requests, long errors, double seconds, long[] nanos) {

    /** Waits for the moment of the next piece of work, and says when it was due; negative when there is none. */
    private interface Pace {
        long next();
    }

    /** Callers that do the same at the same time, each as fast as it is answered, until the time is over. */
    static Load closed(Caller.Maker maker, int callers, double seconds)
            throws InterruptedException, ExecutionException {
        long begin = System.nanoTime();
        long length = (long) (seconds * 1e9);
        return run(maker, callers, begin, () -> {
            long now = System.nanoTime() - begin;
            return now < length ? now : -1;
        });
    }

    /**
     * Work that arrives at a steady rate whether or not earlier work is done, as that of many users does. The time of
     * each counts from when it was due, so what waits behind a slow answer is seen.
     *
     * @param callers most at once
     */
    static Load open(Caller.Maker maker, int callers, double perSecond, double seconds)
            throws InterruptedException, ExecutionException {
        long begin = System.nanoTime();
        long all = (long) (perSecond * seconds);
        AtomicLong taken = new AtomicLong();
        return run(maker, callers, begin, () -> {
            long number = taken.getAndIncrement();
            if (number >= all) {
                return -1;
            }
            long due = (long) (number * 1e9 / perSecond);
            for (long rest = begin + due - System.nanoTime(); rest > 0; rest = begin + due - System.nanoTime()) {
                LockSupport.parkNanos(rest);
            }
            return due;
        });
    }

    private static Load run(Caller.Maker maker, int callers, long begin, Pace pace)
            throws InterruptedException, ExecutionException {
        List<Callable<Load>> all = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            all.add(() -> caller(maker, begin, pace));
        }
        long requests = 0;
        long errors = 0;
        List<long[]> taken = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Load> caller : threads.invokeAll(all)) {
                requests += caller.get().requests;
                errors += caller.get().errors;
                taken.add(caller.get().nanos);
            }
        }
        long[] nanos = taken.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return new Load(requests, errors, (System.nanoTime() - begin) / 1e9, nanos);
    }

    private static Load caller(Caller.Maker maker, long begin, Pace pace) throws Exception {
        long[] taken = new long[1 << 12];
        int count = 0;
        long requests = 0;
        long errors = 0;
        Caller caller = maker.open();
        try {
            for (long due = pace.next(); due >= 0; due = pace.next()) {
                try {
                    requests += caller.once();
                } catch (Exception e) {
                    errors++;
                    caller.close();
                    caller = maker.open();
                }
                if (count == taken.length) {
                    taken = Arrays.copyOf(taken, 2 * count);
                }
                taken[count++] = System.nanoTime() - begin - due;
            }
        } finally {
            caller.close();
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
