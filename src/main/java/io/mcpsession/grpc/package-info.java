/**
 * The gRPC adapter: {@code mcpsession.v1.SessionService} and gRPC health on the session core. Imports the core, gRPC,
 * generated code and Helidon gRPC; it knows neither Redis nor HTTP.
 */
package io.mcpsession.grpc;
