package io.mcpsession.settings;

import io.mcpsession.tracing.TracingConfig;
import java.util.List;

/** Reads {@code mcp.tracing}. */
record TracingReader(Keys keys) {

    private static final String ENDPOINT = "mcp.tracing.endpoint";
    private static final String RATIO = "mcp.tracing.sample-ratio";
    private static final String NAME = "mcp.tracing.service-name";

    TracingConfig read() {
        return new TracingConfig(
                keys.optional(ENDPOINT).map(it -> keys.url(ENDPOINT, it, List.of("http", "https"))),
                ratio(), keys.optional(NAME).orElseThrow(() -> Keys.refused(NAME, "", "a name")));
    }

    private double ratio() {
        String value = keys.text(RATIO);
        try {
            double ratio = Double.parseDouble(value);
            if (ratio >= 0 && ratio <= 1) {
                return ratio;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        throw Keys.refused(RATIO, value, "a number from 0 to 1, such as 0.1");
    }
}
