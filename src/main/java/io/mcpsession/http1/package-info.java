/** HTTP/1.1 before it reaches Helidon, which hears of a client only when it reads from it. Imports Helidon and limit only. */
package io.mcpsession.http1;
