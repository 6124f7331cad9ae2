/** JSON-RPC 2.0 on jakarta.json; knows neither HTTP nor MCP. */
package io.mcpsession.jsonrpc;
