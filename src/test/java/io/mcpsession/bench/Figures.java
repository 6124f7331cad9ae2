package io.mcpsession.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What was measured of one kind of load. What was not measured is not a number.
 *
 * @param rate      requests a second
 * @param p50       milliseconds; of a flow the whole flow's
 * @param p99       milliseconds
 * @param p999      milliseconds
 * @param errors    answers other than those expected
 * @param cpu       milliseconds of the server's process for 1,000 requests
 * @param commands  to Redis for each request
 * @param bytes     to Redis and back for each request
 * @param allocated bytes by the server for each request
 */
record Figures(double rate, double p50, double p99, double p999, double errors, double cpu, double commands,
               double bytes, double allocated) {

    static final String CSV = "rate,p50_ms,p99_ms,p999_ms,errors,cpu_ms_per_1000,commands,bytes,allocated";

    private static final double UNKNOWN = Double.NaN;

    static Figures of(Load load, UnderTest.Counted each) {
        return new Figures(load.rate(), load.millis(0.5), load.millis(0.99), load.millis(0.999), load.errors(),
                1000 * each.cpuMillis(), each.commands(), each.bytes(), each.allocated());
    }

    /** Of a server of which only this much is known. */
    static Figures of(Load load, double cpuMillis) {
        return new Figures(load.rate(), load.millis(0.5), load.millis(0.99), load.millis(0.999), load.errors(),
                1000 * cpuMillis / Math.max(1, load.requests()), UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /** Of something the server has no part in. */
    static Figures of(double rate, double p50, double p99, double p999, double errors) {
        return new Figures(rate, p50, p99, p999, errors, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /** Of a piece of code that was run by itself. */
    static Figures ofCode(double nanos, double allocated) {
        return new Figures(1e9 / nanos, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, nanos / 1000, UNKNOWN, UNKNOWN, allocated);
    }

    /** Each figure's median; of the errors the sum, since none may be lost. */
    static Figures median(List<Figures> rounds) {
        return new Figures(median(rounds, Figures::rate), median(rounds, Figures::p50), median(rounds, Figures::p99),
                median(rounds, Figures::p999), rounds.stream().mapToDouble(Figures::errors).sum(),
                median(rounds, Figures::cpu), median(rounds, Figures::commands), median(rounds, Figures::bytes),
                median(rounds, Figures::allocated));
    }

    private static double median(List<Figures> rounds, ToDoubleFunction<Figures> figure) {
        return rounds.stream().mapToDouble(figure).sorted().skip(rounds.size() / 2).findFirst().orElseThrow();
    }

    String csv() {
        return String.format(Locale.ROOT, "%.1f,%.3f,%.3f,%.3f,%.0f,%.2f,%.3f,%.0f,%.0f", rate, p50, p99, p999, errors,
                cpu, commands, bytes, allocated);
    }
}
