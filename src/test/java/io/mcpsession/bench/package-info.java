/**
 * What the server costs: {@code mvn -Pbench verify} tells how fast it is, {@link io.mcpsession.bench.BudgetTest} holds
 * what can be counted.
 */
package io.mcpsession.bench;
