package io.mcpsession.redis;

/** How several Redis servers are one store, and who says which of them is written to. */
public enum Topology {

    /** One server, or one address behind which somebody else sees to it that the one to write to answers. */
    SINGLE(false),
    /** One primary with replicas; Sentinel says which one it is. */
    SENTINEL(true),
    /** Several primaries, each with slots of its own and replicas. */
    CLUSTER(true),
    /** One primary among several addresses; each says itself whether it is the one. */
    REPLICATED(true);

    private final boolean failsOver;

    Topology(boolean failsOver) {
        this.failsOver = failsOver;
    }

    /** Whether a replica may take the place of a primary, and with it what that one had not told it yet be lost. */
    boolean failsOver() {
        return failsOver;
    }
}
