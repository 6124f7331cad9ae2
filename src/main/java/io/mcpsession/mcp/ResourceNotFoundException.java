package io.mcpsession.mcp;

/** There is no such resource; each era has its own code for it. */
final class ResourceNotFoundException extends RuntimeException {

    private final String uri;

    ResourceNotFoundException(String uri) {
        super("resource not found", null, false, false);
        this.uri = uri;
    }

    String uri() {
        return uri;
    }
}
