package io.mcpsession.http1;

import io.mcpsession.http2.HeaderBlock;
import io.mcpsession.http2.RawHttp2;
import io.mcpsession.testing.Certificates;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The public socket speaks HTTP/1.1 unless mcp.http.http2 is on. */
@Timeout(60)
class Http1AloneTest {

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final String SETTINGS = "\0\0\0\4\0\0\0\0\0";
    private static final int OK = 8;

    @TempDir
    private static Path folder;
    private static TestServer plain;
    private static TestServer tls;
    private static TestServer both;

    @BeforeAll
    static void start() {
        Certificates certificates = new Certificates(folder);
        certificates.authority("authority");
        Certificates.Pair pair = certificates.signed("authority", "server", "DNS:localhost,IP:127.0.0.1");
        plain = TestServer.embedded();
        Map<String, String> files = Map.of("server.sockets.0.tls.private-key.pem.key.resource.path", pair.key().toString(),
                "server.sockets.0.tls.private-key.pem.cert-chain.resource.path", pair.certificate().toString());
        tls = TestServer.with(files);
        both = TestServer.with(Map.of("mcp.http.http2", "true"));
    }

    @AfterAll
    static void stop() {
        plain.close();
        tls.close();
        both.close();
    }

    private static String answerTo(String bytes) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", plain.endpoint().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    @Test
    void aPrefaceIsAnsweredInHttp1AndTheConnectionEnds() throws IOException {
        String answer = answerTo(PREFACE + SETTINGS);

        assertThat(answer, startsWith("HTTP/1.1 505 "));
        assertThat(answer, endsWith("\r\n\r\nthis port speaks HTTP/1.1\n"));
    }

    @Test
    void aPrefaceInPiecesIsNoRequestOfHttp1() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", plain.endpoint().getPort())) {
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
            socket.getOutputStream().write(PREFACE.substring(0, 3).getBytes(US_ASCII));
            // So that the server reads it alone.
            Thread.sleep(50);
            socket.getOutputStream().write(PREFACE.substring(3).getBytes(US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            assertThat(answer, matchesPattern("(?s)HTTP/1\\.1 [45]\\d\\d .*"));
        }
    }

    /** A server may ignore it (RFC 9110, section 7.8). */
    @Test
    void anUpgradeToHttp2IsIgnored() throws Exception {
        try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpResponse<String> answer = http.send(ping(plain.endpoint()), BodyHandlers.ofString());

            assertThat(answer.version(), is(HttpClient.Version.HTTP_1_1));
            assertThat(answer.statusCode(), is(200));
        }
    }

    @Test
    void anUpgradeToHttp2IsTakenWhereItIsOn() throws Exception {
        try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpRequest options = HttpRequest.newBuilder(both.endpoint()).method("OPTIONS", BodyPublishers.noBody()).build();
            assertThat(http.send(options, BodyHandlers.ofString()).version(), is(HttpClient.Version.HTTP_2));
        }
    }

    private static HttpRequest ping(URI endpoint) {
        return HttpRequest.newBuilder(endpoint).header("Authorization", "Bearer " + TestServer.ALICE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")).build();
    }

    @Test
    void tlsAgreesOnHttp1() throws Exception {
        try (SSLSocket socket = offering("h2", "http/1.1")) {
            socket.startHandshake();

            assertThat(socket.getApplicationProtocol(), is("http/1.1"));
            socket.getOutputStream().write("OPTIONS /api/mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(13), US_ASCII), is("HTTP/1.1 204 "));
        }
    }

    /** RFC 7301, section 3.2: no_application_protocol. */
    @Test
    void tlsRefusesWhoSpeaksHttp2Alone() throws Exception {
        try (SSLSocket socket = offering("h2")) {
            assertThrows(SSLHandshakeException.class, socket::startHandshake);
        }
    }

    private static SSLSocket offering(String... protocols) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", tls.endpoint().getPort());
        socket.setSoTimeout(10_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static final class Trusting implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void theOtherSocketsSpeakHttp2() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(plain.admin("/").getPort())) {
            connection.request(1, HeaderBlock.request("GET", "/health/live"));
            assertThat(connection.outcome(1), is(OK));
        }
        try (RawHttp2 connection = RawHttp2.connect(plain.internalPort())) {
            connection.settle();
        }
    }
}
