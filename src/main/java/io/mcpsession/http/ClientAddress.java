package io.mcpsession.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Where a request comes from, as far as that can be known behind proxies. */
record ClientAddress(int proxies) {

    private static final HeaderName FORWARDED_FOR = HeaderNames.create("X-Forwarded-For");
    private static final int IPV6_NETWORK_BYTES = 8;

    /**
     * @param proxies how many proxies of ours stand before this server: each appends who called it, and what is further
     *                left in the header anybody may have written
     */
    ClientAddress {
    }

    /** Whether the connection seems to be that of a proxy of which this server was not told. */
    boolean isLikelyAProxys(ServerRequest request) {
        return proxies == 0 && request.headers().contains(FORWARDED_FOR);
    }

    String of(ServerRequest request) {
        String peer = request.remotePeer().host();
        if (proxies == 0 || !request.headers().contains(FORWARDED_FOR)) {
            return peer;
        }
        List<String> hops = request.headers().get(FORWARDED_FOR).allValues().stream()
                .flatMap(value -> Stream.of(value.split(","))).map(String::trim).toList();
        return hops.size() < proxies ? peer : hops.get(hops.size() - proxies);
    }

    /** The same as it is counted. */
    String counted(ServerRequest request) {
        String address = of(request);
        // That of a connection is written by the JDK, and one of IPv4 needs no second look.
        return address.indexOf(':') < 0 && !address.isEmpty() && address.equals(request.remotePeer().host())
                ? address
                : counted(address);
    }

    /** What one subscriber may use many of counts as one: an IPv6 network of 64 bits. */
    static String counted(String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            return bytes.length > 4
                    ? HexFormat.of().formatHex(Arrays.copyOf(bytes, IPV6_NETWORK_BYTES))
                    : address;
        } catch (IllegalArgumentException e) {
            // No address at all: whoever says so is counted together.
            return "unknown";
        }
    }
}
