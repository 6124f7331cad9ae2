package io.mcpsession.handler;

/**
 * Offers tools, resources and prompts from the class path. Found once at start: the class is public, has a public
 * constructor without parameters, and is named in {@code META-INF/services/io.mcpsession.handler.Provider}.
 */
public interface Provider {

    /**
     * What it offers. Asked for once.
     *
     * @param changes how to tell clients that something of it changed
     */
    Offering offering(Changes changes);
}
