/** Real Redis servers that fail in every way there is, under load, and a checker that knows what is right. */
package io.mcpsession.faults;
