package io.mcpsession.mcp;

import java.util.List;

/** Revisions of the protocol. They are dates, so as text they sort by age. */
public final class ProtocolVersion {

    /** First revision with one endpoint; the only one with batches. Assumed where nothing else says. */
    public static final String V2025_03_26 = "2025-03-26";
    public static final String V2025_06_18 = "2025-06-18";
    public static final String V2025_11_25 = "2025-11-25";
    /** No handshake, no session: each request says all. */
    public static final String V2026_07_28 = "2026-07-28";

    /** Revisions that begin with {@code initialize} and may have sessions, oldest first. */
    public static final List<String> SESSION_ERA = List.of(V2025_03_26, V2025_06_18, V2025_11_25);

    public static final List<String> STATELESS_ERA = List.of(V2026_07_28);

    private ProtocolVersion() {
    }

    /**
     * The revision for a client that asks for {@code requested}: that one where we speak it, else our newest of its era
     * (2025-11-25, Lifecycle, Version Negotiation).
     */
    static String negotiate(String requested) {
        return SESSION_ERA.contains(requested) ? requested : SESSION_ERA.getLast();
    }
}
