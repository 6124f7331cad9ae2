/**
 * What the official conformance suite wants a server to offer, built on the same handler API as any other program's
 * tools. Lives in the tests only.
 */
package io.mcpsession.conformance;
