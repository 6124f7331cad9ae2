/** The MCP endpoint over HTTP: from a request to a call, and from an answer or a failure to a response. */
package io.mcpsession.http;
