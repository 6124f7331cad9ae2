/** The Model Context Protocol, free of HTTP: versions, methods, and what a tool is. */
package io.mcpsession.mcp;
