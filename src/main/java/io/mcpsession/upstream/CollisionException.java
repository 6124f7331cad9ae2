package io.mcpsession.upstream;

import java.util.Set;

/** This process itself offers two things of one name. */
public final class CollisionException extends RuntimeException {

    CollisionException(Set<String> conflicts) {
        super("Two things with one name: " + String.join("; ", conflicts)
                + ". One of the providers on the class path must call it otherwise.", null, false, false);
    }
}
