/**
 * What replicas tell each other and what streams remember, as ports that the store implements. Imports {@code java.*}
 * and the session core only.
 */
package io.mcpsession.relay;
