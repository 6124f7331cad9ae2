package io.mcpsession.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** The table of a run, as Markdown that can be read as it is, and what it says of the goals. */
final class Report {

    /** Milliseconds that a session may add to the time of a request, of a hundred the slowest left out. */
    private static final double MOST_ADDED = 1;
    /** Milliseconds that opening a session may take, of a hundred the slowest left out. */
    private static final double MOST_INITIALIZE = 5;
    /** Milliseconds: where the yardstick takes longer, others use the machine and nothing can be said of goals. */
    private static final double BUSY = 2;

    private static final String[] TITLES = {"", "", "clients", "requests/s", "of yardstick", "p50 ms", "p99 ms",
            "p99.9 ms", "p99 − yardstick's", "errors", "CPU ms/1,000",
            "Redis commands", "Redis bytes", "allocated bytes"};

    /** Width of a column in which no row says anything. */
    private static final int UNUSED = -1;

    private final List<Row> rows;

    Report(List<Row> rows) {
        this.rows = rows;
    }

    String table() {
        List<String[]> cells = new ArrayList<>();
        cells.add(TITLES);
        rows.forEach(row -> cells.add(cells(row)));
        int[] widths = new int[TITLES.length];
        for (String[] line : cells) {
            for (int i = 0; i < line.length; i++) {
                widths[i] = Math.max(widths[i], line[i].length());
            }
        }
        for (int i = 2; i < TITLES.length; i++) {
            int column = i;
            if (cells.stream().skip(1).allMatch(line -> line[column].isEmpty())) {
                widths[i] = UNUSED;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            text.append(line(cells.get(i), widths));
            if (i == 0) {
                text.append(rule(widths));
            }
        }
        return text.toString();
    }

    private String[] cells(Row row) {
        Figures figures = row.figures();
        return new String[] {row.group(), row.name() + (row.isYardstick() ? " (yardstick)" : ""), row.clients(),
                number("%,.0f", figures.rate()),
                beside(row, (own, other) -> number("%.2f", own.rate() / other.rate())),
                number("%.2f", figures.p50()), number("%.2f", figures.p99()), number("%.2f", figures.p999()),
                row.beside() == Beside.REQUEST
                        ? beside(row, (own, other) -> number("%+.2f", own.p99() - other.p99())) : "",
                number("%.0f", figures.errors()), number("%.1f", figures.cpu()), number("%.2f", figures.commands()),
                number("%,.0f", figures.bytes()), number("%,.0f", figures.allocated())};
    }

    private String beside(Row row, BiFunction<Figures, Figures, String> comparison) {
        return yardstickOf(row).map(other -> comparison.apply(row.figures(), other.figures())).orElse("");
    }

    private Optional<Row> yardstickOf(Row row) {
        return rows.stream().filter(row::comparesWith).findFirst();
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }

    private static String line(String[] cells, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < cells.length; i++) {
            if (widths[i] == UNUSED) {
                continue;
            }
            String blanks = " ".repeat(widths[i] - cells[i].length());
            // Names to the left, figures to the right.
            line.append(' ').append(i < 2 ? cells[i] + blanks : blanks + cells[i]).append(" |");
        }
        return line.append('\n').toString();
    }

    private static String rule(int[] widths) {
        StringBuilder rule = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            if (widths[i] != UNUSED) {
                rule.append("-".repeat(widths[i] + 1)).append(i < 2 ? '-' : ':').append('|');
            }
        }
        return rule.append('\n').toString();
    }

    /** Answers other than those expected. */
    double errors() {
        return rows.stream().mapToDouble(row -> row.figures().errors()).filter(errors -> errors > 0).sum();
    }

    /** A line for each goal of this run. */
    String goals() {
        return rows.stream().filter(row -> row.group().equals(Benchmarks.OPEN) && !row.isYardstick())
                .flatMap(row -> yardstickOf(row).map(other -> goal(row, other)).stream())
                .collect(Collectors.joining());
    }

    private static String goal(Row row, Row yardstick) {
        double own = row.figures().p99();
        double bare = yardstick.figures().p99();
        boolean opens = row.name().equals("initialize");
        double is = opens ? own : own - bare;
        double most = opens ? MOST_INITIALIZE : MOST_ADDED;
        String verdict = bare > BUSY
                ? String.format(Locale.ROOT, "cannot be told, the yardstick alone took %.2f ms: the machine is busy",
                        bare)
                : is < most ? "reached" : "NOT reached";
        return String.format(Locale.ROOT, "%s at %s: p99%s %.2f ms, goal below %.0f ms: %s%n", row.name(),
                row.clients(), opens ? "" : " added by the session", is, most, verdict);
    }
}
