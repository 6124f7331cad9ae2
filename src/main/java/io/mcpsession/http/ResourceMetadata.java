package io.mcpsession.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.auth.AuthConfig;
import io.mcpsession.jsonrpc.Json;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells clients where to get a token (RFC 9728). Says nothing about any user, so every page may read it and every cache
 * may keep it.
 */
public final class ResourceMetadata implements HttpService {

    private static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";
    private static final List<Header> PUBLIC = List.of(
            HeaderValues.createCached("Access-Control-Allow-Origin", "*"),
            HeaderValues.createCached("Cache-Control", "public, max-age=300"));
    /** SDKs name the protocol version even here, which makes browsers ask first. */
    private static final List<Header> PREFLIGHT = List.of(
            HeaderValues.createCached("Access-Control-Allow-Methods", "GET, OPTIONS"),
            HeaderValues.createCached("Access-Control-Allow-Headers", "MCP-Protocol-Version, Accept, Content-Type"),
            HeaderValues.createCached("Access-Control-Max-Age", "3600"));

    private final Optional<byte[]> document;
    private final Set<String> paths = new TreeSet<>(List.of(WELL_KNOWN, WELL_KNOWN + McpEndpoint.PATH));

    /**
     * @param scopes all that clients may ask for
     */
    public ResourceMetadata(AuthConfig config, Collection<String> scopes) {
        // A proxy may serve the endpoint elsewhere; clients look where they think it is.
        url(config).map(URI::create).map(URI::getPath).ifPresent(paths::add);
        this.document = url(config).map(_ -> Json.bytes(Json.object()
                .add("resource", config.resource())
                .add("authorization_servers", Json.strings(config.authorizationServers()))
                .add("scopes_supported", Json.strings(List.copyOf(scopes)))
                .add("bearer_methods_supported", Json.strings(List.of("header")))
                .build()));
    }

    /** Where clients find it: the path of the resource follows the well-known part (RFC 9728, section 3.1). */
    public static Optional<String> url(AuthConfig config) {
        if (config.authorizationServers().isEmpty()) {
            return Optional.empty();
        }
        URI resource = URI.create(config.resource());
        return Optional.of(resource.resolve(WELL_KNOWN + resource.getPath()).toString());
    }

    @Override
    public void routing(HttpRules rules) {
        for (String path : paths) {
            rules.get(path, this::get).options(path, ResourceMetadata::options);
        }
    }

    private void get(ServerRequest request, ServerResponse response) {
        if (document.isEmpty()) {
            // Clients take this for a server without OAuth, which it is.
            response.status(Status.NOT_FOUND_404).send();
            return;
        }
        PUBLIC.forEach(response::header);
        response.header(HeaderValues.CONTENT_TYPE_JSON);
        response.send(document.get());
    }

    private static void options(ServerRequest request, ServerResponse response) {
        PUBLIC.forEach(response::header);
        PREFLIGHT.forEach(response::header);
        response.status(Status.NO_CONTENT_204).send();
    }
}
