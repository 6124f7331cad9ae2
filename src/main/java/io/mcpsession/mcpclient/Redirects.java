package io.mcpsession.mcpclient;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Set;

/**
 * Follows redirects as the official clients do: within the origin alone, so that neither credentials nor bodies go to
 * anybody else, and only where the method stays (Fetch, HTTP-redirect fetch: 301 to 303 make a GET of a POST).
 */
final class Redirects {

    /** Most hops of one request. */
    static final int MOST = 5;

    private static final Set<Integer> ALL = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> KEEP_METHOD = Set.of(307, 308);
    private static final int LONGEST_SHOWN = 200;

    private Redirects() {
    }

    /** The request to make next; empty when the response is to be used as it is. */
    static Optional<HttpRequest> next(HttpRequest request, HttpResponse<?> response) {
        int status = response.statusCode();
        if (!ALL.contains(status) || !KEEP_METHOD.contains(status) && !request.method().equals("GET")) {
            return Optional.empty();
        }
        return target(response)
                .filter(to -> to.getRawUserInfo() == null && isWithinOrigin(request.uri(), to))
                .map(to -> HttpRequest.newBuilder(request, (_, _) -> true).uri(to).build());
    }

    /** Same scheme, host and port; or from http to https on the default ports of one host. */
    static boolean isWithinOrigin(URI from, URI to) {
        if (from.getHost() == null || to.getHost() == null || !from.getHost().equalsIgnoreCase(to.getHost())) {
            return false;
        }
        boolean http = "http".equalsIgnoreCase(from.getScheme());
        return String.valueOf(from.getScheme()).equalsIgnoreCase(to.getScheme())
                ? port(from) == port(to)
                : http && "https".equalsIgnoreCase(to.getScheme()) && port(from) == 80 && port(to) == 443;
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    private static Optional<URI> target(HttpResponse<?> response) {
        try {
            return response.headers().firstValue("Location").map(text -> response.uri().resolve(uri(text)))
                    .filter(URI::isAbsolute);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Where a redirect leads, for the log: without user, query and fragment, which may hold secrets. */
    static String shown(HttpResponse<?> response) {
        return target(response).map(to -> {
            String host = to.getHost() == null ? "" : to.getHost();
            String shown = to.getScheme() + "://" + host + (to.getPort() < 0 ? "" : ":" + to.getPort())
                    + (to.getRawPath() == null ? "" : to.getRawPath());
            return shown.length() <= LONGEST_SHOWN ? shown : shown.substring(0, LONGEST_SHOWN) + "...";
        }).orElse("nowhere");
    }
}
