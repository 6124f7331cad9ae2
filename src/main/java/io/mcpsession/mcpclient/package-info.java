/**
 * Speaks to other MCP servers over HTTP, in both eras of the protocol. Knows nothing of this server's own sessions and
 * handlers. Imports {@code jsonrpc} and {@code jakarta.json}; HTTP is the JDK's.
 */
package io.mcpsession.mcpclient;
