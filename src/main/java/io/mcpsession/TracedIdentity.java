package io.mcpsession;

import io.mcpsession.session.Principal;
import io.mcpsession.upstream.Identity;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Tells a server behind this one, besides for whom a call is made, which trace it belongs to. */
record TracedIdentity(Identity identity, Supplier<Optional<String>> traceparent) implements Identity {

    @Override
    public Map<String, String> of(Principal caller, String audience) {
        return traced(identity.of(caller, audience));
    }

    @Override
    public Map<String, String> ofThisServer(String audience) {
        return traced(identity.ofThisServer(audience));
    }

    private Map<String, String> traced(Map<String, String> headers) {
        Optional<String> value = traceparent.get();
        if (value.isEmpty()) {
            return headers;
        }
        Map<String, String> all = new HashMap<>(headers);
        all.put(TRACEPARENT, value.get());
        return all;
    }
}
