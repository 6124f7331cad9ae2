package io.mcpsession.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Reads certificates and keys from PEM files. Every error names the setting and the file. */
final class TlsMaterial {

    private static final Pattern PKCS8 = Pattern.compile(
            "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final char[] IN_MEMORY = new char[0];

    private TlsMaterial() {
    }

    static TrustManagerFactory trust(Path pem) {
        try {
            KeyStore trusted = empty();
            int number = 0;
            for (Certificate certificate : certificates(pem)) {
                trusted.setCertificateEntry("ca-" + number++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            return factory;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("mcp.store.redis.trust-certificates: cannot read certificates from "
                    + pem + ": " + e.getMessage(), e);
        }
    }

    static KeyManagerFactory key(Path certificatePem, Path keyPem) {
        try {
            PrivateKey key = privateKey(keyPem);
            KeyStore own = empty();
            own.setKeyEntry("own", key, IN_MEMORY, certificates(certificatePem).toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(own, IN_MEMORY);
            return factory;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("mcp.store.redis.certificate and mcp.store.redis.key: cannot read "
                    + certificatePem + " and " + keyPem + ": " + e.getMessage(), e);
        }
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static List<Certificate> certificates(Path pem) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(pem)) {
            List<Certificate> all = List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (all.isEmpty()) {
                // Java would find out with the first handshake, and say that a parameter must be non-empty.
                throw new IOException("there are none in it");
            }
            return all;
        }
    }

    private static PrivateKey privateKey(Path pem) throws IOException, GeneralSecurityException {
        Matcher matcher = PKCS8.matcher(Files.readString(pem, US_ASCII));
        if (!matcher.find()) {
            throw new IOException("there is no unencrypted PKCS #8 key (BEGIN PRIVATE KEY) in it");
        }
        var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // The key says itself what it is, but only to the right factory.
            }
        }
        throw new GeneralSecurityException("the key is none of " + ALGORITHMS);
    }
}
