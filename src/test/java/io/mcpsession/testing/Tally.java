package io.mcpsession.testing;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How often each outcome was seen. */
public final class Tally {

    private Tally() {
    }

    /** Lets all of them go on at the same time, and adds up what each has counted. */
    public static <K extends Comparable<K>> Map<K, Integer> ofAll(List<Callable<Map<K, Integer>>> counters)
            throws InterruptedException, ExecutionException {
        Map<K, Integer> all = new TreeMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Map<K, Integer>> counter : threads.invokeAll(counters)) {
                counter.get().forEach((outcome, count) -> all.merge(outcome, count, Integer::sum));
            }
        }
        return all;
    }
}
