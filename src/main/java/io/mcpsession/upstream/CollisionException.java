package io.mcpsession.upstream;

import java.util.Set;

/** Two servers offer things of one name. */
public final class CollisionException extends RuntimeException {

    CollisionException(Set<String> conflicts) {
        super("Two things with one name: " + String.join("; ", conflicts)
                + ". Give an upstream a prefix, or deny it the tool.", null, false, false);
    }
}
