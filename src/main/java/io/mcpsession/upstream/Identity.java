package io.mcpsession.upstream;

import io.mcpsession.session.Principal;
import java.util.Map;

/** Tells a server behind this one, in headers, for whom a call is made. */
public interface Identity {

    /** Names the span that a call was made in, where calls are traced (W3C Trace Context). */
    String TRACEPARENT = "traceparent";

    /** Tells nothing. */
    Identity NONE = new Identity() {
        @Override
        public Map<String, String> of(Principal caller, String audience) {
            return Map.of();
        }

        @Override
        public Map<String, String> ofThisServer(String audience) {
            return Map.of();
        }
    };

    /**
     * The headers of a call for {@code caller}.
     *
     * @param audience name of the server they are for; another one must not take them
     */
    Map<String, String> of(Principal caller, String audience);

    /** The headers of what this server asks for itself, such as lists. */
    Map<String, String> ofThisServer(String audience);
}
