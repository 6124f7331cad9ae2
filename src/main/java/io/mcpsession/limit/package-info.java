/**
 * How many requests one caller may send, whichever replica takes them, and how much memory all may hold. Knows neither
 * HTTP nor Redis.
 */
package io.mcpsession.limit;
