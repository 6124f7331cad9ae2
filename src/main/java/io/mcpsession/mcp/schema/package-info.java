/**
 * What each revision of the protocol lets a server say, as a table, and the fitting of what another program says into
 * it. Imports {@code jsonrpc} and {@code jakarta.json} alone.
 */
package io.mcpsession.mcp.schema;
