/**
 * The core: what a session is and what may happen to it. Imports {@code java.*} only; HTTP, gRPC and Redis are adapters
 * around it.
 */
package io.mcpsession.session;
