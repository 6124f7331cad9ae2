/**
 * What the connections of HTTP/1.1 and HTTP/2 have in common: whether the client of a request is still there. Imports
 * Helidon and limit only.
 */
package io.mcpsession.connection;
