/** Running it: metrics, audit, health. */
package io.mcpsession.ops;
