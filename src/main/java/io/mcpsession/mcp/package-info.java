/** The Model Context Protocol in both its eras, free of HTTP. */
package io.mcpsession.mcp;
