package io.mcpsession.http2;

/** How long it is waited for the body of a request of HTTP/2. */
public final class BodyWait {

    private BodyWait() {
    }

    /**
     * To be called by whoever has read a body, be it to its end or not; from then on its thread is left alone.
     *
     * @return whether it was waited for no longer, so that what looked like its end was none; never with HTTP/1.1
     */
    public static boolean cutShort() {
        return StreamTask.CURRENT.isBound() && StreamTask.CURRENT.get().settle();
    }
}
