/**
 * The server as suites with real clients find it: two replicas on one Redis behind a front that can be told where to
 * lead, and replicas that can be restarted. {@code src/test/real/stage} says how a suite uses it. Lives in the tests
 * only.
 */
package io.mcpsession.stage;
