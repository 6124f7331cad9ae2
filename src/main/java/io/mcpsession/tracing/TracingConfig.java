package io.mcpsession.tracing;

import java.net.URI;
import java.util.Optional;

/**
 * What is traced and where it goes.
 *
 * @param endpoint    where a collector takes OTLP over HTTP; empty when nothing is traced
 * @param sampleRatio how much is recorded of what comes without a trace of its own, from 0 to 1
 * @param serviceName what the collector calls this server
 */
public record TracingConfig(Optional<URI> endpoint, double sampleRatio, String serviceName) {
}
