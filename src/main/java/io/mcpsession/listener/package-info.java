/** The accepting of connections, as Helidon's listeners do it, and whether they still do. Imports Helidon only. */
package io.mcpsession.listener;
