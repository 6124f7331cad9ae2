package io.mcpsession.mcp;

import io.mcpsession.handler.ToolException;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.limit.Buckets;
import io.mcpsession.limit.Deadlines;
import io.mcpsession.limit.Deadlines.Deadline;
import io.mcpsession.limit.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How long a tool may run, how much it may answer, and how often one user may call it. */
public final class ToolLimits {

    private final List<Limit> limits;
    private final Map<Limit, Buckets> buckets;
    private final Deadlines deadlines;
    /** By the names of tools there are, or were: never more than have been offered. */
    private final Map<String, Limit> byTool = new ConcurrentHashMap<>();

    /**
     * @param special  for single tools; the first that names a tool counts
     * @param standard for all others
     */
    public ToolLimits(List<Limit> special, Limit standard, Function<Rate, Buckets> buckets, Deadlines deadlines) {
        this.limits = Stream.concat(special.stream(), Stream.of(standard)).toList();
        this.buckets = limits.stream().distinct()
                .collect(Collectors.toMap(limit -> limit, limit -> buckets.apply(limit.rate())));
        this.deadlines = deadlines;
    }

    /**
     * @param tool           its name, where {@code *} stands for anything
     * @param timeout        longest run, without the time the user takes to answer questions
     * @param maxResultBytes most of its result, about
     * @param rate           calls of one user, of each such tool
     */
    public record Limit(String tool, Duration timeout, int maxResultBytes, Rate rate) {

        boolean covers(String name) {
            return new ToolNamePattern(tool).covers(name);
        }
    }

    /**
     * Runs a tool within its limits.
     *
     * @throws ToolException when it was over one of them
     */
    ToolResult run(CallInProgress call, String tool, Supplier<ToolResult> body) {
        Limit limit = byTool.computeIfAbsent(tool,
                name -> limits.stream().filter(it -> it.covers(name)).findFirst().orElseThrow());
        buckets.get(limit).take("tool " + tool + " " + call.principal().fingerprint()).ifPresent(wait -> {
            throw new ToolException("You call this tool too often; try again in "
                    + Math.max(1, (wait.toMillis() + 999) / 1000) + " s.");
        });
        ToolResult result = inTime(call, limit, body);
        if (Sizes.exceed(result.json(), limit.maxResultBytes())) {
            throw new ToolException("The result is larger than " + limit.maxResultBytes()
                    + " bytes. The tool did run; ask it for less.");
        }
        return result;
    }

    private ToolResult inTime(CallInProgress call, Limit limit, Supplier<ToolResult> body) {
        try (Deadline deadline = deadlines.start(limit.timeout())) {
            call.within(deadline);
            try {
                return body.get();
            } catch (RuntimeException e) {
                // Whatever an interrupted handler makes of its interruption, its time was up.
                if (deadline.passed() && !call.cancelled()) {
                    throw new ToolException("The tool did not finish within " + text(limit.timeout())
                            + ". It may have done its work; find out before you call it again.");
                }
                throw e;
            }
        }
    }

    private static String text(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
