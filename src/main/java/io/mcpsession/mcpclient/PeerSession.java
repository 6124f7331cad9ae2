package io.mcpsession.mcpclient;

/**
 * A session with another server of the session era.
 *
 * @param id      its id; empty when the server hands out none
 * @param version the negotiated revision
 * @param logging whether the server takes {@code logging/setLevel}
 */
public record PeerSession(String id, String version, boolean logging) {

    /** Whether the server keeps anything for it. */
    public boolean exists() {
        return !id.isEmpty();
    }

    /** Without the id: whoever knows it has the session. */
    @Override
    public String toString() {
        return "PeerSession[version=" + version + "]";
    }
}
