package io.mcpsession.mcp;

/** A handler asks what the client did not declare to answer; each era has its own error for it. */
final class MissingCapabilityException extends RuntimeException {

    private final String capability;

    MissingCapabilityException(String capability) {
        super("the client did not declare the capability " + capability, null, false, false);
        this.capability = capability;
    }

    String capability() {
        return capability;
    }
}
