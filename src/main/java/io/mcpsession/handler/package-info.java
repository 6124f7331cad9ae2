/**
 * What the author of a tool, a resource or a prompt touches. One handler serves both protocol eras without knowing in
 * which it is.
 */
package io.mcpsession.handler;
