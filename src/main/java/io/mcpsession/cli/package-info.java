/** The application's commands, for people at a terminal. */
package io.mcpsession.cli;
