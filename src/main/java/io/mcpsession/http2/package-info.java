/**
 * HTTP/2 before it reaches Helidon: what makes Helidon 4.5.0 run, or wait, for ever is kept from it. Imports Helidon
 * and Netty's HPACK only; it knows neither MCP nor gRPC calls.
 */
package io.mcpsession.http2;
