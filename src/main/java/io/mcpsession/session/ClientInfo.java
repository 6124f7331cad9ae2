package io.mcpsession.session;

/**
 * What the client said of itself when it opened the session.
 *
 * @param name         implementation name; empty when it gave none
 * @param version      implementation version; empty when it gave none
 * @param capabilities its capabilities as JSON text, never empty; the core passes it on unread
 */
public record ClientInfo(String name, String version, String capabilities) {

    /** A client that said nothing. */
    public static final ClientInfo UNKNOWN = new ClientInfo("", "", "{}");
}
