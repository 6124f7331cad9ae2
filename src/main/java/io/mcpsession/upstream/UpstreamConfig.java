package io.mcpsession.upstream;

import io.mcpsession.mcp.ToolNamePattern;
import io.mcpsession.mcpclient.PeerConfig;
import java.time.Duration;
import java.util.List;

/**
 * One server behind this one.
 *
 * @param name        as logs and errors call it
 * @param peer        how it is reached
 * @param prefix      before the names of its tools and prompts; empty for none
 * @param allow       the tools it may offer, by its own names, where {@code *} stands for anything; empty for all
 * @param deny        those it may not, likewise; wins over {@code allow}
 * @param timeout     longest run of one call, without the time its user takes to answer questions
 * @param concurrency most calls at once
 * @param refresh     how often its lists are asked for, besides whenever it says that they changed
 */
public record UpstreamConfig(String name, PeerConfig peer, String prefix, List<String> allow, List<String> deny,
                             Duration timeout, int concurrency, Duration refresh) {

    public UpstreamConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    private static boolean names(List<String> patterns, String tool) {
        return patterns.stream().anyMatch(pattern -> new ToolNamePattern(pattern).covers(tool));
    }

    boolean offersTool(String tool) {
        return (allow.isEmpty() || names(allow, tool)) && !names(deny, tool);
    }
}
