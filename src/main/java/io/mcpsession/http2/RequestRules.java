package io.mcpsession.http2;

import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the headers of a request and its trailers must be (RFC 9113, sections 8.2 and 8.3). One that is malformed is an
 * error of its stream (section 8.1.1), where Helidon 4.5.0 ends the connection, with all calls of all users on it.
 */
final class RequestRules {

    static final int TOO_LARGE = 431;
    static final int BAD_REQUEST = 400;
    static final int NOT_IMPLEMENTED = 501;

    private static final Set<AsciiString> PSEUDO_HEADERS = Set.of(Http2Headers.PseudoHeaderName.METHOD.value(),
            Http2Headers.PseudoHeaderName.SCHEME.value(), Http2Headers.PseudoHeaderName.PATH.value(),
            Http2Headers.PseudoHeaderName.AUTHORITY.value());
    private static final Set<AsciiString> OF_CONNECTIONS = Set.of(AsciiString.of("connection"),
            AsciiString.of("keep-alive"), AsciiString.of("proxy-connection"), AsciiString.of("transfer-encoding"),
            AsciiString.of("upgrade"));
    private static final String CONTENT_LENGTH = "content-length";
    private static final String COOKIE = "cookie";
    private static final String HOST = "host";
    private static final String TE = "te";
    private static final String TRAILERS = "trailers";
    /** Section 5.6.2 of RFC 9110, without letters and digits. */
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";
    /** Longest that fits a long. */
    private static final int MOST_DIGITS = 18;

    private RequestRules() {
    }

    /** Whether a header list is a request. One for CONNECT is. */
    static boolean isRequest(HeaderList headers) {
        return headers.isInOrder() && areFields(headers, true) && hasTarget(headers) && hasLength(headers)
                && headers.getAll(TE).stream().allMatch(te -> AsciiString.contentEqualsIgnoreCase(te, TRAILERS));
    }

    /** Whether a header list may follow a body. */
    static boolean areTrailers(HeaderList headers) {
        return areFields(headers, false);
    }

    private static boolean areFields(HeaderList headers, boolean pseudo) {
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            boolean known = Http2Headers.PseudoHeaderName.hasPseudoHeaderFormat(name)
                    ? pseudo && PSEUDO_HEADERS.contains(name) && headers.getAll(name).size() == 1
                    : isName(name) && !OF_CONNECTIONS.contains(name);
            if (!known || !isValue(AsciiString.of(header.getValue()))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isName(AsciiString name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean isValue(AsciiString value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return value.isEmpty() || !isBlank(value.charAt(0)) && !isBlank(value.charAt(value.length() - 1));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean hasTarget(HeaderList headers) {
        if (headers.method() == null || !isMethod(headers.method())) {
            return false;
        }
        if (isConnect(headers)) {
            return headers.scheme() == null && headers.path() == null && headers.authority() != null;
        }
        return headers.scheme() != null && !headers.scheme().isEmpty() && headers.path() != null
                && (headers.path().toString().startsWith("/") || headers.path().toString().equals("*"))
                && hasAuthority(headers);
    }

    private static boolean isMethod(CharSequence method) {
        return isName(AsciiString.of(method).toLowerCase());
    }

    /** Section 8.3.1: the one or the other must be there, neither empty nor different. */
    private static boolean hasAuthority(HeaderList headers) {
        List<CharSequence> hosts = headers.getAll(HOST);
        CharSequence authority = headers.authority() != null ? headers.authority()
                : hosts.isEmpty() ? "" : hosts.getFirst();
        return !authority.isEmpty() && AsciiString.indexOf(authority, '@', 0) < 0 && hosts.size() <= 1
                && hosts.stream().allMatch(host -> isSame(authority.toString(), host.toString(), headers.scheme()));
    }

    private static boolean isSame(String authority, String host, CharSequence scheme) {
        String port = scheme.toString().equals("https") ? ":443" : ":80";
        return withoutEnd(authority, port).equalsIgnoreCase(withoutEnd(host, port));
    }

    private static String withoutEnd(String authority, String port) {
        return authority.endsWith(port) ? authority.substring(0, authority.length() - port.length()) : authority;
    }

    private static boolean hasLength(HeaderList headers) {
        List<CharSequence> lengths = headers.getAll(CONTENT_LENGTH);
        return lengths.stream().allMatch(length -> length.equals(lengths.getFirst()) && isLength(length));
    }

    private static boolean isLength(CharSequence length) {
        return !length.isEmpty() && length.length() <= MOST_DIGITS && length.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    static boolean isConnect(Http2Headers headers) {
        return AsciiString.contentEquals(headers.method(), "CONNECT");
    }

    /** Whether Helidon can read the path; where it cannot, it ends the connection. */
    static boolean isReadablePath(CharSequence path) {
        if (path.chars().allMatch(c -> c == '/' || c == '_' || c == '-' || isLetterOrDigit(c))) {
            return true;
        }
        try {
            HttpPrologue.create("HTTP/2.0", "HTTP", "2.0", Method.GET, path.toString(), true);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isLetterOrDigit(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    /**
     * The same request as Helidon wants it: a cookie in one piece (section 8.2.3), and nothing twice that Helidon ends the
     * connection for.
     */
    static Http2Headers forHelidon(HeaderList request) {
        if (request.getAll(COOKIE).size() > 1) {
            request.set(COOKIE, String.join("; ", request.getAll(COOKIE)));
        }
        if (request.authority() != null) {
            request.remove(HOST);
        }
        if (request.contains(TE)) {
            request.set(TE, TRAILERS);
        }
        if (request.getAll(CONTENT_LENGTH).size() > 1) {
            request.set(CONTENT_LENGTH, request.get(CONTENT_LENGTH));
        }
        return request;
    }

    /**
     * An answer in place of Helidon's.
     *
     * @param status of HTTP; a gRPC call is told RESOURCE_EXHAUSTED or INVALID_ARGUMENT instead, as gRPC over HTTP/2 has it
     */
    static DefaultHttp2Headers refusal(int status, String why, boolean grpc) {
        DefaultHttp2Headers answer = new DefaultHttp2Headers(false);
        if (grpc) {
            answer.status("200").add("content-type", "application/grpc")
                    .add("grpc-status", status == TOO_LARGE ? "8" : "3").add("grpc-message", why);
        } else {
            answer.status(Integer.toString(status)).add(CONTENT_LENGTH, "0");
        }
        return answer;
    }
}
