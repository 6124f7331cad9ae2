/** From files and environment to typed, validated settings. */
package io.mcpsession.settings;
