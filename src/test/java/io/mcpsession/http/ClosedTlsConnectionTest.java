package io.mcpsession.http;

import io.mcpsession.testing.Certificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.io.TempDir;

/** The same over TLS, where whoever has no more to say is gone. */
class ClosedTlsConnectionTest extends ClosedConnectionTest {

    @TempDir
    static Path folder;

    private Certificates.Pair server;

    @Override
    Map<String, String> tls() {
        Certificates certificates = new Certificates(folder);
        certificates.authority("ca");
        server = certificates.signed("ca", "server", "ip:127.0.0.1");
        return Map.of("server.sockets.0.tls.private-key.pem.key.resource.path", server.key().toString(),
                "server.sockets.0.tls.private-key.pem.cert-chain.resource.path", server.certificate().toString());
    }

    @Override
    Socket connected(String host, int port) throws IOException {
        try (InputStream pem = Files.newInputStream(server.certificate())) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry("server", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory().createSocket(host, port);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** With close_notify Helidon's TLS ends both directions. */
    @Override
    void keepsNoAnswerFromAClientThatOnlyHasNoMoreToSay(int millis) {
    }

    @Override
    void endsNoStreamOfAClientThatOnlyHasNoMoreToSay() {
    }
}
