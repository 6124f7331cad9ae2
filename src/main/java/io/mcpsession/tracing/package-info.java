/**
 * Tracing by OpenTelemetry: where a request spent its time, told to a collector. Only this package knows OpenTelemetry,
 * and only the composition root knows this package; it looks on through filters, interceptors and observers.
 */
package io.mcpsession.tracing;
