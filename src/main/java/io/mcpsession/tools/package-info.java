/** The server's own tools: they show what a session is for. */
package io.mcpsession.tools;
