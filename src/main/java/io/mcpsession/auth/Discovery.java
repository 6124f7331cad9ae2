package io.mcpsession.auth;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** Finds an issuer's keys by its metadata (RFC 8414, section 3; OpenID Connect Discovery, section 4). */
final class Discovery {

    private final Documents documents;

    Discovery(Documents documents) {
        this.documents = documents;
    }

    /**
     * @throws IOException when none of the places has metadata of this very issuer
     */
    URI keysOf(String issuer) throws IOException {
        IOException failure = null;
        for (URI place : places(URI.create(issuer))) {
            try {
                return keysIn(documents.get(place), issuer);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
            }
        }
        throw failure;
    }

    private static URI keysIn(Map<String, Object> metadata, String issuer) throws IOException {
        // Else one issuer could pass its keys off as those of another (RFC 8414, section 3.3).
        if (!issuer.equals(metadata.get("issuer"))) {
            throw new IOException("the metadata is that of another issuer");
        }
        try {
            return URI.create(String.valueOf(metadata.get("jwks_uri")));
        } catch (IllegalArgumentException e) {
            throw new IOException("the metadata names no place of keys", e);
        }
    }

    static List<URI> places(URI issuer) {
        String path = issuer.getPath().replaceAll("/$", "");
        String appended = "/.well-known/openid-configuration";
        return List.of("/.well-known/oauth-authorization-server" + path, path + appended, appended + path).stream()
                .distinct()
                .map(issuer::resolve)
                .toList();
    }
}
