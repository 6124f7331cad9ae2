/** Who is calling: from the bearer token of a request to a verified principal. Knows neither HTTP nor Redis. */
package io.mcpsession.auth;
