/**
 * MCP servers behind this one: what they offer joins what is offered here, and calls are passed on to them, whatever era
 * either side speaks. Their session ids are attributes of our sessions, so any replica goes on with them.
 */
package io.mcpsession.upstream;
