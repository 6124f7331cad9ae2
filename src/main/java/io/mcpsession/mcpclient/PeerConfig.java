package io.mcpsession.mcpclient;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * How another server is reached.
 *
 * @param url            its endpoint
 * @param headers        sent with every request; may hold credentials
 * @param era            what it speaks
 * @param connectTimeout longest wait for a connection
 * @param largestMessage longest message taken from it, in bytes
 * @param mostValues     most JSON values of one message
 */
public record PeerConfig(URI url, Map<String, String> headers, EraChoice era, Duration connectTimeout,
                         int largestMessage, int mostValues) {

    /** Which era to speak. */
    public enum EraChoice {
        /** Find out, and remember it. */
        AUTO,
        /** With handshake and sessions. */
        SESSION,
        /** Each request says all. */
        STATELESS
    }

    public PeerConfig {
        headers = Map.copyOf(headers);
    }

    /** Without the headers' values. */
    @Override
    public String toString() {
        return "PeerConfig[url=" + url + ", headers=" + headers.keySet() + ", era=" + era + "]";
    }
}
