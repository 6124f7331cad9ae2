/** How many requests one caller may send, whichever replica takes them. Knows neither HTTP nor Redis. */
package io.mcpsession.limit;
