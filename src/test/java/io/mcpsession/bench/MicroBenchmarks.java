package io.mcpsession.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The hot pieces of a request by themselves, by JMH: a process of its own for each. */
final class MicroBenchmarks {

    static final String GROUP = "code";

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private MicroBenchmarks() {
    }

    static List<Row> run(Path csv, double seconds) throws RunnerException {
        TimeValue time = TimeValue.milliseconds((long) (seconds * 500));
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                .mode(Mode.AverageTime).timeUnit(TimeUnit.NANOSECONDS)
                .forks(1).threads(1)
                .warmupIterations(3).warmupTime(time)
                .measurementIterations(4).measurementTime(time)
                .addProfiler(GCProfiler.class)
                .resultFormat(ResultFormatType.CSV).result(csv.toString())
                .shouldFailOnError(true)
                .build()).run();
        List<Row> rows = new ArrayList<>();
        for (RunResult result : results) {
            rows.add(new Row(GROUP, name(result), "", Beside.REQUEST, Figures.ofCode(
                    result.getPrimaryResult().getScore(), allocated(result))));
        }
        return rows;
    }

    /** Such as {@code JsonRpc readPing}. */
    private static String name(RunResult result) {
        String[] words = result.getParams().getBenchmark().split("\\.");
        Map<String, String> parameters = new TreeMap<>();
        result.getParams().getParamsKeys().forEach(key -> parameters.put(key, result.getParams().getParam(key)));
        return words[words.length - 2].replace("Benchmark", "") + " " + words[words.length - 1]
                + (parameters.isEmpty() ? "" : " " + String.join(" ", parameters.values()));
    }

    private static double allocated(RunResult result) {
        return result.getSecondaryResults().values().stream().filter(it -> it.getLabel().endsWith(ALLOCATED))
                .mapToDouble(it -> it.getScore()).findFirst().orElse(Double.NaN);
    }
}
