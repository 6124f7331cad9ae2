package io.mcpsession.settings;

import io.mcpsession.limit.Rate;
import io.mcpsession.mcp.ToolLimits.Limit;
import java.time.Duration;
import java.util.List;

/** Reads {@code mcp.tools}: how much a tool may. */
final class ToolsReader {

    private static final String ALL = "mcp.tools";
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int SMALLEST = 1024;
    private static final int LARGEST = 256 * 1024 * 1024;
    private static final int MOST = 1_000_000;

    private final Keys keys;

    ToolsReader(Keys keys) {
        this.keys = keys;
    }

    Settings.Tools read() {
        Limit standard = new Limit("*", keys.duration(ALL + ".timeout", SHORTEST, LONGEST),
                keys.integer(ALL + ".max-result-bytes", SMALLEST, LARGEST),
                new Rate(keys.integer(ALL + ".rate", 0, MOST), keys.integer(ALL + ".burst", 1, MOST)));
        List<Limit> special = keys.entries(ALL + ".limits").stream()
                .map(entry -> special(entry.key().toString(), standard)).toList();
        return new Settings.Tools(special, standard);
    }

    private Limit special(String key, Limit standard) {
        String tool = keys.text(key + ".tool");
        if (tool.isEmpty()) {
            throw Keys.refused(key + ".tool", tool, "the name of a tool, where * stands for anything");
        }
        return new Limit(tool, keys.duration(key + ".timeout", standard.timeout(), SHORTEST, LONGEST),
                keys.integer(key + ".max-result-bytes", standard.maxResultBytes(), SMALLEST, LARGEST),
                new Rate(keys.integer(key + ".rate", standard.rate().perSecond(), 0, MOST),
                        keys.integer(key + ".burst", standard.rate().burst(), 1, MOST)));
    }
}
