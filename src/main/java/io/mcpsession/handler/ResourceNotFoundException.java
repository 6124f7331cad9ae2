package io.mcpsession.handler;

/** There is no such resource; each era has its own code for it. */
public final class ResourceNotFoundException extends RuntimeException {

    private final String uri;

    public ResourceNotFoundException(String uri) {
        super("resource not found", null, false, false);
        this.uri = uri;
    }

    public String uri() {
        return uri;
    }
}
