package io.mcpsession.handler;

/** Tells the clients of every replica that something changed. */
public interface Changes {

    void toolsChanged();

    void promptsChanged();

    void resourcesChanged();

    /** The contents of a resource changed; only its subscribers hear of it. */
    void resourceUpdated(String uri);
}
